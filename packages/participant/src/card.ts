import { fingerprintWords } from '@passerby/privacy'
import { paths } from '@passerby/protocol'
import type { FederationCard } from '@passerby/protocol'
import { openEgress } from './egress.ts'
import type { Egress } from './egress.ts'
import type { Keep } from './keep.ts'
import { fetchModel } from './model-download.ts'
import { patiently } from './patience.ts'
import { trustCard } from './trust.ts'
import type { Authority, Trusted } from './trust.ts'

const longestCardBytes = 262_144

/** Which federation, whose key, and what this device remembers of it. */
export interface CardQuestion {
  readonly federation: string
  /** Of the root key, base64url, from the join link's fragment. */
  readonly fingerprint: string
  readonly keep: Keep
  readonly now: number
}

export interface TrustedCard {
  readonly card: FederationCard
  readonly authority: Authority
}

/**
 * Fetches and verifies a federation's card (J3). Refuses as `changed-key` when another root was pinned before; pins
 * nothing itself. Rejects with `ParticipantError` or the signal's reason.
 */
export async function readCard(
  egress: Egress,
  question: CardQuestion,
  signal: AbortSignal,
): Promise<Trusted<TrustedCard>> {
  const pinned = await question.keep.read('pin')
  if (pinned !== undefined && pinned !== question.fingerprint)
    return {
      ok: false,
      refusal: {
        code: 'changed-key',
        message: `The link names another key than before. Trusted until now: ${fingerprintWords(pinned).join(' ')}.`,
      },
    }
  const path = paths.card(question.federation)
  const body = await patiently(signal, () => egress.get(path, { limit: longestCardBytes, signal }))
  return await trustCard(body, question)
}

/** What a person is told before joining, and the fingerprint's words to compare. Sends one GET. */
export async function previewCard(
  origin: string,
  question: CardQuestion,
  signal: AbortSignal,
): Promise<Trusted<{ readonly card: FederationCard; readonly words: readonly string[] }>> {
  const egress = openEgress({ origin })
  try {
    const trusted = await readCard(egress, question, signal)
    if (!trusted.ok) return trusted
    return { ok: true, value: { card: trusted.value.card, words: fingerprintWords(question.fingerprint) } }
  } finally {
    egress.close()
  }
}

/** The newest model of a federation as a safetensors file, by its verified card. Sends two GETs. */
export async function downloadNewestModel(
  origin: string,
  question: CardQuestion,
  signal: AbortSignal,
): Promise<Trusted<Uint8Array<ArrayBuffer>>> {
  const egress = openEgress({ origin })
  try {
    const trusted = await readCard(egress, question, signal)
    if (!trusted.ok) return trusted
    return { ok: true, value: await fetchModel(egress, trusted.value.card.model, { signal }) }
  } finally {
    egress.close()
  }
}
