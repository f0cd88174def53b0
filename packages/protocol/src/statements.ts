import { StrategySettings } from '@passerby/federation'
import * as v from 'valibot'
import { CohortSettings, LocalSettings } from './settings.ts'
import { Base64Url, FederationId, Round, Session, Sha256, count, positive, text, time } from './wire-types.ts'

/**
 * What the coordinator signs with its certified key. A client acts on nothing else: what to train, from which
 * model, to which key an update is sealed, and which model a round produced.
 */

/** A tab holds all of a public set at once. */
export const LARGEST_PUBLIC_SET_BYTES = 512 * 2 ** 20

/** A public set as it is served: `images × height × width × 3` bytes, red, green and blue, and nothing else. */
export const PublicSet = v.pipe(
  v.object({
    sha256: Sha256,
    images: positive(4_096),
    height: positive(512),
    width: positive(512),
  }),
  v.check(
    (set) => publicSetBytes(set) <= LARGEST_PUBLIC_SET_BYTES,
    'A public set takes 512 MiB at most: use fewer images, or a smaller input.',
  ),
)
export type PublicSet = v.InferOutput<typeof PublicSet>

/** How long a public set is. */
export function publicSetBytes({ images, height, width }: Record<'images' | 'height' | 'width', number>): number {
  return images * height * width * 3
}

/** Kind `card`: what a person is told before joining. */
export const FederationCard = v.object({
  federation: FederationId,
  name: text(80),
  description: text(500),
  state: v.picklist(['waiting', 'running', 'paused', 'ended']),
  /** Rounds done and planned. */
  round: count(1_000_000),
  rounds: positive(1_000_000),
  strategy: StrategySettings,
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
  strategy: StrategySettings,
  local: LocalSettings,
  /** The model to start from, and the SHA-256 of `canonicalLayout` of its parameters. */
  model: v.object({ sha256: Sha256, bytes: count(2 ** 31), layout: Sha256 }),
  /** Images that belong to no client, which some strategies look at; null where this one does not, and in runs of before. */
  publicSet: v.optional(v.nullable(PublicSet), null),
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
