import { type LocalTraining, StrategySettings, strategyOf } from '@passerby/federation'
import * as v from 'valibot'

/**
 * Everything that a federation's operator may set. One schema is shared by the dashboard's form, the lab's
 * flags and the coordinator; every field has its default and its bounds here and nowhere else.
 */

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))
const rate = v.pipe(v.number(), v.minValue(0), v.maxValue(10))
const weight = v.pipe(v.number(), v.minValue(0), v.maxValue(100))

/** Input size in pixels. Both sides are multiples of 16, which every backbone's strides divide. */
const InputSize = v.object({
  height: v.pipe(count(16, 512), v.multipleOf(16)),
  width: v.pipe(count(16, 512), v.multipleOf(16)),
})

/** A factor on every learning rate, by rounds (1-based). */
const Schedule = v.object({
  /** `steps`: × `factor` from each milestone on, e.g. ×0.1 from round 28. `cosine`: down to `floor` in the last round. */
  kind: v.optional(v.picklist(['steps', 'cosine']), 'steps'),
  milestones: v.optional(
    v.pipe(
      v.array(count(2, 100_000)),
      v.maxLength(16),
      v.check(
        (rounds) => rounds.every((round, i) => i === 0 || rounds[i - 1] < round),
        'In ascending order, each once.',
      ),
    ),
    [],
  ),
  factor: v.optional(percent, 0.1),
  floor: v.optional(percent, 0),
  /** Rounds over which the rates rise in a straight line; 0 for none. */
  warmUp: v.optional(count(0, 100_000), 0),
})

/** Weights of the losses whose sum is trained towards, and what they are set to. A weight of 0 leaves its loss out. */
const Loss = v.object({
  /** Cross-entropy of the identity head. */
  identity: v.optional(weight, 1),
  /** Batch-hard triplets (Hermans et al. 2017). */
  triplet: v.optional(weight, 0),
  margin: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 0.3),
  /** log(1 + e^x) in place of the margin. */
  softMargin: v.optional(v.boolean(), false),
  /** Squared distance to the centre of one's identity (Wen et al. 2016), whose α is `centreRate`. */
  centre: v.optional(weight, 0),
  centreRate: v.optional(percent, 0.5),
})

/** How batches are made. */
const Sampling = v.object({
  /** `shuffle`: all images in an order drawn anew. `identity`: `imagesEach` of each of as many identities as fill a batch. */
  by: v.optional(v.picklist(['shuffle', 'identity']), 'shuffle'),
  imagesEach: v.optional(count(2, 64), 4),
})

/** Random erasing (Zhong et al. 2020): areas as shares of the image's, aspects from `minAspect` to its inverse. */
const Erasing = v.object({
  probability: v.optional(percent, 0),
  minArea: v.optional(percent, 0.02),
  maxArea: v.optional(percent, 0.4),
  minAspect: v.optional(v.pipe(v.number(), v.minValue(0.05), v.maxValue(1)), 0.3),
})

/** How far the factors on brightness, contrast and saturation may be from 1, drawn for each image. */
const Jitter = v.object({
  brightness: v.optional(percent, 0),
  contrast: v.optional(percent, 0),
  saturation: v.optional(percent, 0),
})

/** What a client needs to train and to evaluate. Sent in every signed round configuration. */
const LocalFields = v.object({
  backbone: v.optional(v.pipe(v.string(), v.maxLength(64)), 'osnet_x0_25'),
  embedding: v.optional(count(8, 4096), 512),
  input: v.optional(InputSize, { height: 128, width: 64 }),
  epochs: v.optional(count(1, 100), 1),
  batchSize: v.optional(count(2, 512), 32),
  backboneRate: v.optional(rate, 0.05),
  headRate: v.optional(rate, 0.05),
  schedule: v.optional(Schedule, {}),
  /** Momentum and Nesterov are `sgd`'s; `adam` has β of 0.9 and 0.999. */
  optimiser: v.optional(v.picklist(['sgd', 'adam']), 'sgd'),
  momentum: v.optional(percent, 0.9),
  nesterov: v.optional(v.boolean(), true),
  weightDecay: v.optional(rate, 5e-4),
  /** Longest gradient of the backbone, and of the head; 0 for any length. */
  clip: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e6)), 0),
  loss: v.optional(Loss, {}),
  labelSmoothing: v.optional(percent, 0.1),
  /** Share of an embedding's values that the identity head does not see in a step. */
  dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.95)), 0),
  sampling: v.optional(Sampling, {}),
  /** Horizontal flip with probability one half. */
  flip: v.optional(v.boolean(), true),
  /** Zero padding before a random crop back to the input size, in pixels. */
  pad: v.optional(v.object({ height: count(0, 64), width: count(0, 64) }), { height: 8, width: 4 }),
  erasing: v.optional(Erasing, {}),
  jitter: v.optional(Jitter, {}),
  /** Share of a client's identities kept for its own validation, never trained on. */
  validation: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.9)), 0.2),
  /** `rectangle` is plain AP; `trapezoid` is FedReID's (ALGORITHMS 2.9). */
  averagePrecision: v.optional(v.picklist(['rectangle', 'trapezoid']), 'rectangle'),
})
/** With the combinations that mean nothing refused, each at the field to change. */
export const LocalSettings = v.pipe(
  LocalFields,
  v.forward(
    v.partialCheck(
      [['nesterov'], ['momentum'], ['optimiser']],
      ({ nesterov, momentum, optimiser }) => !nesterov || momentum > 0 || optimiser !== 'sgd',
      'Nesterov looks ahead along the momentum, so it needs a momentum above 0.',
    ),
    ['nesterov'],
  ),
  v.forward(
    v.partialCheck(
      [['pad'], ['input']],
      ({ pad, input }) => pad.height < input.height && pad.width < input.width,
      'The padding must be smaller than the input, else a crop may hold nothing of the image.',
    ),
    ['pad'],
  ),
  v.forward(
    v.partialCheck(
      [['schedule']],
      ({ schedule }) => schedule.kind === 'steps' || schedule.milestones.length === 0,
      'A cosine goes down by itself: name no rounds, or choose steps.',
    ),
    ['schedule', 'milestones'],
  ),
  v.forward(
    v.partialCheck(
      [['loss']],
      ({ loss }) => loss.identity + loss.triplet + loss.centre > 0,
      'There is nothing to learn from: one of the three losses needs a weight above 0.',
    ),
    ['loss', 'identity'],
  ),
  v.forward(
    v.partialCheck(
      [['loss'], ['sampling']],
      ({ loss, sampling }) => loss.triplet === 0 || sampling.by === 'identity',
      'Triplets need several images of an identity in every batch: make batches by identity.',
    ),
    ['sampling', 'by'],
  ),
  v.forward(
    v.partialCheck(
      [['sampling'], ['batchSize']],
      ({ sampling: { by, imagesEach }, batchSize }) =>
        by === 'shuffle' || (batchSize % imagesEach === 0 && batchSize >= 2 * imagesEach),
      'The batch must be made up of two identities or more with this many images each: a divisor of the batch size is needed.',
    ),
    ['sampling', 'imagesEach'],
  ),
  v.forward(
    v.partialCheck(
      [['erasing']],
      ({ erasing }) => erasing.minArea <= erasing.maxArea,
      'The largest area must be no smaller than the smallest.',
    ),
    ['erasing', 'maxArea'],
  ),
)
export type LocalSettings = v.InferOutput<typeof LocalSettings>

/** Who takes part in a round and how long it stays open. */
export const CohortSettings = v.object({
  /** A round starts with at least this many clients, and counts with at least this many updates. */
  minClients: v.optional(count(1, 10_000), 2),
  /** Share of the connected clients drawn for a round; never fewer than `minClients`. */
  fraction: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(1)), 1),
  /** A round closes at the latest this long after it started. */
  deadlineSeconds: v.optional(count(5, 86_400), 600),
  /** A client whose connection is lost has this long to return before the round goes on without it. */
  graceSeconds: v.optional(count(1, 3_600), 30),
  /** After aggregation, clients have this long to measure the new model. */
  evaluationSeconds: v.optional(count(1, 3_600), 60),
})
export type CohortSettings = v.InferOutput<typeof CohortSettings>

const FederationFields = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, 'A federation needs a name.'), v.maxLength(80)),
  description: v.optional(v.pipe(v.string(), v.maxLength(500)), ''),
  rounds: v.optional(count(1, 100_000), 40),
  seed: v.optional(count(0, 0xffff_ffff), 1),
  /** Measure the global model on every client's validation identities each n-th round and after the last. */
  evaluateEvery: v.optional(count(1, 1_000), 1),
  strategy: v.optional(StrategySettings, { name: 'fedpav' }),
  cohort: v.optional(CohortSettings, {}),
  local: v.optional(LocalSettings, {}),
  privacy: v.optional(v.object({ mode: v.literal('sealed') }), { mode: 'sealed' }),
})
export const FederationSettings = v.pipe(
  FederationFields,
  v.forward(
    v.partialCheck(
      [['strategy'], ['local']],
      (input) => complaintOf(input) === undefined,
      ({ input }) => complaintOf(input as Chosen) ?? '',
    ),
    ['strategy', 'name'],
  ),
)
export type FederationSettings = v.InferOutput<typeof FederationSettings>
export type FederationSettingsInput = v.InferInput<typeof FederationSettings>

interface Chosen {
  readonly strategy: StrategySettings
  readonly local: LocalTraining
}

/** Why a strategy does not go together with how clients train. */
function complaintOf({ strategy, local }: Chosen): string | undefined {
  return strategyOf(strategy).refuses?.(local, strategy)
}
