import * as v from 'valibot'
import { CohortSettings, FedPavSettings, LocalSettings } from './settings.ts'
import { Base64Url, FederationId, Round, Session, Sha256, count, positive, text, time } from './wire-types.ts'

/**
 * What the coordinator signs with its certified key. A client acts on nothing else: what to train, from which
 * model, to which key an update is sealed, and which model a round produced.
 */

/** Kind `card`: what a person is told before joining. */
export const FederationCard = v.object({
  federation: FederationId,
  name: text(80),
  description: text(500),
  state: v.picklist(['waiting', 'running', 'paused', 'ended']),
  /** Rounds done and planned. */
  round: count(1_000_000),
  rounds: positive(1_000_000),
  strategy: FedPavSettings,
  cohort: CohortSettings,
  local: LocalSettings,
  privacy: v.picklist(['sealed']),
  /** Bytes of one encoded update. */
  updateBytes: count(2 ** 31),
  /** The newest model, or the initial one. */
  model: v.object({ sha256: Sha256, bytes: count(2 ** 31) }),
})
export type FederationCard = v.InferOutput<typeof FederationCard>

/** Kind `round`: one session of one round. */
export const RoundConfig = v.object({
  federation: FederationId,
  round: Round,
  rounds: positive(1_000_000),
  session: Session,
  seed: count(0xffff_ffff),
  strategy: FedPavSettings,
  local: LocalSettings,
  /** The model to start from, and the SHA-256 of `canonicalLayout` of its parameters. */
  model: v.object({ sha256: Sha256, bytes: count(2 ** 31), layout: Sha256 }),
  /** X25519 public key to which this session's updates are sealed. */
  sealTo: Base64Url,
  mode: v.picklist(['sealed']),
  notAfter: time,
})
export type RoundConfig = v.InferOutput<typeof RoundConfig>

/** Kind `model`: the model that a round produced. */
export const PublishedModel = v.object({
  federation: FederationId,
  round: Round,
  model: v.object({ sha256: Sha256, bytes: count(2 ** 31), layout: Sha256 }),
  local: LocalSettings,
})
export type PublishedModel = v.InferOutput<typeof PublishedModel>
