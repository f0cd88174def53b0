/** What a client believes: the pinned root, its certificate, and statements signed by the certified key. Rules J3, R1, S3. */
import { clockSkewMs, payloadHash, verify, verifyChain } from '@passerby/privacy'
import type { Chain, Signed, StatementKind } from '@passerby/privacy'
import { CardAnswer, FederationCard, PublishedModel, RoundConfig, parse } from '@passerby/protocol'
import type { EdgeTask } from '@passerby/protocol'
import type * as v from 'valibot'
import type { SessionRefusal, SessionTask } from './session-types.ts'

export type Trusted<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: SessionRefusal }

/** In whose name statements are believed: one federation's coordinator, until its certificate expires. */
export interface Authority {
  readonly federation: string
  readonly key: CryptoKey
}

/** A task that may be acted upon, with the statement that it came in. */
export type Order =
  | {
      readonly task: Extract<SessionTask, { task: 'train' }>
      readonly config: RoundConfig
      readonly hash: string
      /** The model to start from is the last round's, and is measured first (R8). */
      readonly measure: boolean
    }
  | { readonly task: Extract<SessionTask, { task: 'evaluate' }>; readonly published: PublishedModel }
  | { readonly task: Extract<SessionTask, { task: 'none' }> }

/** Verifies the answer of the card's path from the root's fingerprint down to the federation's name. */
export async function trustCard(
  body: Uint8Array,
  expected: { readonly federation: string; readonly fingerprint: string; readonly now: number },
): Promise<Trusted<{ readonly card: FederationCard; readonly authority: Authority }>> {
  const answer = parse(CardAnswer, parseJson(body))
  if (!answer.ok) return distrust(`The federation's card is unreadable: ${answer.refusal.message}.`)
  const chain: Chain = answer.value
  const verified = await verifyChain(chain, expected)
  if (!verified.ok) return distrust(chainMessages[verified.reason])
  const authority = { federation: expected.federation, key: verified.value.key }
  const card = await statement('card', answer.value.card, { authority, schema: FederationCard })
  return card.ok ? trust({ card: card.value, authority }) : card
}

/** Verifies what a task was signed with, and that it is this federation's and not over. */
export async function trustTask(task: EdgeTask | null, authority: Authority, now: number): Promise<Trusted<Order>> {
  if (task === null) return trust({ task: { task: 'none' } })
  if (task.task === 'evaluate') {
    const published = await statement('model', task.model, { authority, schema: PublishedModel })
    if (!published.ok) return published
    return trust({ task: { task: 'evaluate', round: published.value.round }, published: published.value })
  }
  const config = await statement('round', task.config, { authority, schema: RoundConfig })
  if (!config.ok) return config
  if (config.value.notAfter < now - clockSkewMs) return distrust('The round that the coordinator named is long over.')
  const { round, session } = config.value
  return trust({
    task: { task: 'train', round, session, accepted: task.accepted },
    config: config.value,
    hash: await payloadHash(task.config),
    measure: task.measure,
  })
}

async function statement<Schema extends v.GenericSchema<unknown, { readonly federation: string }>>(
  kind: StatementKind,
  signed: Signed,
  { authority, schema }: { readonly authority: Authority; readonly schema: Schema },
): Promise<Trusted<v.InferOutput<Schema>>> {
  const verified = await verify(kind, signed, authority.key)
  if (!verified.ok) return distrust(`The coordinator's '${kind}' statement does not verify.`)
  const parsed = parse(schema, verified.value)
  if (!parsed.ok) return distrust(`The coordinator's '${kind}' statement is of another version.`)
  if (parsed.value.federation !== authority.federation)
    return distrust(`The coordinator's '${kind}' statement is about another federation.`)
  return trust(parsed.value)
}

const chainMessages = {
  'unknown-root': 'This coordinator does not hold the key that the join link names.',
  'bad-signature': 'The coordinator’s certificate is not signed by its root key.',
  malformed: 'The coordinator’s certificate is unreadable.',
  'wrong-purpose': 'The coordinator’s certificate is for another purpose.',
  'too-long': 'The coordinator’s certificate is valid for longer than allowed.',
  'not-yet-valid': 'The coordinator’s certificate is not valid yet. Is this device’s clock right?',
  expired: 'The coordinator’s certificate has expired. Is this device’s clock right?',
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

const trust = <Value>(value: Value): Trusted<Value> => ({ ok: true, value })
const distrust = (message: string): Trusted<never> => ({ ok: false, refusal: { code: 'untrusted', message } })
