import { clientId, exportPublicKey, fingerprintWords } from '@passerby/privacy'
import { paths } from '@passerby/protocol'
import type { FederationCard } from '@passerby/protocol'
import { openEgress } from './egress.ts'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { Keep } from './keep.ts'
import { fetchModel } from './model-download.ts'
import { patiently } from './patience.ts'
import type { SessionRefusal } from './session-types.ts'
import { trustCard } from './trust.ts'
import type { Authority, Trusted } from './trust.ts'

const longestCardBytes = 262_144
/** A person waits for these: about four seconds, then the page says what is wrong. */
const previewAttempts = 4

/** Which federation, whose key, and what this device remembers of it. */
export interface CardQuestion {
  readonly federation: string
  /** Of the root key, base64url, from the join link's fragment. */
  readonly fingerprint: string
  readonly keep: Keep
  readonly now: number
  /** Whose newest model the card is to name; of those in no group without. */
  readonly client?: string
}

export interface TrustedCard {
  readonly card: FederationCard
  readonly authority: Authority
}

/**
 * Fetches and verifies a federation's card (J3). Refuses as `changed-key` when another root was pinned before; pins
 * nothing itself. Rejects with `ParticipantError`, when `attempts` to reach the coordinator were in vain, or with the
 * signal's reason.
 */
export async function readCard(
  egress: Egress,
  question: CardQuestion,
  { signal, attempts }: { readonly signal: AbortSignal; readonly attempts?: number },
): Promise<Trusted<TrustedCard>> {
  const pinned = await question.keep.read('pin')
  if (pinned !== undefined && pinned !== question.fingerprint)
    return refused(
      'changed-key',
      `The link names another key than before. Trusted until now: ${fingerprintWords(pinned).join(' ')}. Do not go on: ask the operator.`,
    )
  const path = paths.card(question.federation, question.client)
  try {
    const body = await patiently(signal, () => egress.get(path, { limit: longestCardBytes, signal }), attempts)
    return await trustCard(body, question)
  } catch (error) {
    if (error instanceof ParticipantError && error.code === 'not-found')
      return refused('unknown-federation', 'This coordinator has no such federation.')
    throw error
  }
}

function refused(code: SessionRefusal['code'], message: string): Trusted<never> {
  return { ok: false, refusal: { code, message } }
}

/** What a person is told before joining, and the fingerprint's words to compare. Sends one GET. */
export async function previewCard(
  origin: string,
  question: CardQuestion,
  signal: AbortSignal,
): Promise<Trusted<{ readonly card: FederationCard; readonly words: readonly string[] }>> {
  const egress = openEgress({ origin })
  try {
    const trusted = await readCard(egress, question, { signal, attempts: previewAttempts })
    if (!trusted.ok) return trusted
    return { ok: true, value: { card: trusted.value.card, words: fingerprintWords(question.fingerprint) } }
  } finally {
    egress.close()
  }
}

/** The newest model of a federation as a safetensors file, this client's where it has joined, by its verified card. Sends two GETs. */
export async function downloadNewestModel(
  origin: string,
  question: CardQuestion,
  signal: AbortSignal,
): Promise<Trusted<Uint8Array<ArrayBuffer>>> {
  const egress = openEgress({ origin })
  try {
    const identity = await question.keep.read('identity')
    const client = identity && (await clientId(await exportPublicKey(identity.publicKey)))
    const asked = { ...question, ...(client !== undefined && { client }) }
    const trusted = await readCard(egress, asked, { signal, attempts: previewAttempts })
    if (!trusted.ok) return trusted
    return { ok: true, value: await fetchModel(egress, trusted.value.card.model, { signal }) }
  } finally {
    egress.close()
  }
}
