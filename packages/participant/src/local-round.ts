import { clientId, exportPublicKey, hex, importRoundKey, sha256, utf8 } from '@passerby/privacy'
import type { UpdateContext } from '@passerby/privacy'
import {
  type UpdateLayout,
  canonicalLayout,
  joinUpdate,
  specSize,
  updateLayoutOf,
  wholeLayout,
} from '@passerby/federation'
import { encodeUpdate } from '@passerby/protocol'
import type { Evaluation } from '@passerby/protocol'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { KeptUpload } from './keep.ts'
import type { Learner, LearnerProgress, LocalEvaluation, LocalOutcome, LookingProgress } from './learner.ts'
import type { ModelSource } from './model-download.ts'
import type { PublicSetSource } from './public-set-download.ts'
import type { Download, ExtraView } from './snapshot.ts'
import type { Order } from './trust.ts'

export type TrainOrder = Extract<Order, { config: unknown }>

/** What a round needs of its client. */
export interface RoundTools {
  readonly egress: Egress
  readonly models: ModelSource
  readonly publicSets: PublicSetSource
  readonly learner: Learner
  readonly identity: CryptoKeyPair
}

export interface RoundWatch {
  readonly signal: AbortSignal
  /** Of the model, then of the public set where there is one. */
  readonly onDownload: (fraction: number, of: Download) => void
  readonly onDownloaded: () => void
  readonly onTraining: (progress: LearnerProgress) => void
  readonly onLooking: (looking: LookingProgress) => void
  /** The model that the round starts from, where it was asked for. */
  readonly onMeasured: (global: LocalEvaluation | undefined) => void
  readonly onTrained: (outcome: LocalOutcome) => void
}

/** A finished update, the backbone that is in it, and what is beside that. */
export interface FinishedRound {
  readonly update: KeptUpload
  readonly backbone: Float32Array
  readonly extras: readonly ExtraView[]
}

/**
 * One session on the device: download, measure the model if that is asked for, train, seal. Nothing is sent but the GETs
 * of the model and, where the round names one, of the public set. Rejects with what failed, or with the signal's reason.
 */
export async function localRound(order: TrainOrder, tools: RoundTools, watch: RoundWatch): Promise<FinishedRound> {
  const { config } = order
  const { signal } = watch
  const { models, learner, identity } = tools
  refuseOtherSize(config)
  const client = await clientId(await exportPublicKey(identity.publicKey))
  const model = await models.load(config.model, { signal, onProgress: (part) => watch.onDownload(part, 'model') })
  signal.throwIfAborted()
  const publicSet = config.publicSet
    ? await tools.publicSets.load(config.publicSet, {
        signal,
        onProgress: (part) => watch.onDownload(part, 'public set'),
      })
    : undefined
  signal.throwIfAborted()
  watch.onDownloaded()
  if (order.measure) {
    const global = await learner.evaluate({ backbone: model.values, settings: config.local }, { signal })
    signal.throwIfAborted()
    watch.onMeasured(global)
  }
  const outcome = await learner.train(
    {
      round: config.round,
      rounds: config.rounds,
      seed: clientSeed(config.seed, client),
      strategy: config.strategy,
      commonSeed: config.seed,
      ...(publicSet && { publicSet }),
      backbone: model.values,
      settings: config.local,
    },
    { signal, onProgress: watch.onTraining, onLooking: watch.onLooking },
  )
  signal.throwIfAborted()
  watch.onTrained(outcome)
  const layout = updateLayoutOf(config.strategy, model.layout, {
    round: config.round,
    embedding: config.local.embedding,
    publicImages: config.publicSet?.images ?? 0,
  })
  const sealed = await seal(order, { client, layout, outcome }, tools)
  const { images, loss, seconds } = outcome
  return {
    update: { sealed, report: { images, loss, trainSeconds: seconds } },
    backbone: outcome.backbone,
    extras: layout.extras.map((spec) => ({ name: spec.name, bytes: 4 * specSize(spec) })),
  }
}

/** Rule P6. */
function refuseOtherSize({ publicSet, local: { input } }: TrainOrder['config']): void {
  if (!publicSet || (publicSet.height === input.height && publicSet.width === input.width)) return
  const what = `The public set has images of ${publicSet.height}×${publicSet.width} for an input of ${input.height}×${input.width}.`
  throw new ParticipantError('wrong-public-set', `${what} Tell the operator.`)
}

async function seal(
  { config, hash }: TrainOrder,
  {
    client,
    layout: updateLayout,
    outcome,
  }: { readonly client: string; readonly layout: UpdateLayout; readonly outcome: LocalOutcome },
  { egress, identity }: RoundTools,
) {
  const layout = wholeLayout(updateLayout)
  const context: UpdateContext = {
    federation: config.federation,
    round: config.round,
    session: config.session,
    client,
    config: hash,
    baseModel: config.model.sha256,
    layout: hex(await sha256(utf8(canonicalLayout(layout)))),
    mode: config.mode,
    kind: 'update',
  }
  const plaintext = encodeUpdate(layout, {
    values: joinUpdate(outcome.backbone, outcome.extras),
    weight: outcome.weight,
  })
  const keys = { round: await importRoundKey(config.sealTo), identity: identity.privateKey }
  return await egress.seal(context, plaintext, keys)
}

/** Clients of one round draw apart from each other, and each the same again after a restart. */
function clientSeed(seed: number, client: string): number {
  return (seed ^ Number.parseInt(client.slice(0, 8), 16)) >>> 0
}

/** A measurement as the wire has it; null where there was nothing to measure. */
export function measured(evaluation: LocalEvaluation | undefined): Evaluation | null {
  if (evaluation === undefined || evaluation.queries === 0) return null
  const { rank1, rank5, rank10, mAP, queries, seconds } = evaluation
  return { rank1, rank5, rank10, mAP, queries, seconds }
}
