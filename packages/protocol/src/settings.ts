import * as v from 'valibot'

/**
 * Everything that a federation's operator may set. One schema is shared by the dashboard's form, the lab's
 * flags and the coordinator; every field has its default and its bounds here and nowhere else.
 */

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))
const rate = v.pipe(v.number(), v.minValue(0), v.maxValue(10))

/** Input size in pixels. Both sides are multiples of 16, which every backbone's strides divide. */
const InputSize = v.object({
  height: v.pipe(count(16, 512), v.multipleOf(16)),
  width: v.pipe(count(16, 512), v.multipleOf(16)),
})

/** Factor on every learning rate from the named rounds on (1-based), e.g. ×0.1 from round 28. */
const Schedule = v.object({
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
  momentum: v.optional(percent, 0.9),
  nesterov: v.optional(v.boolean(), true),
  weightDecay: v.optional(rate, 5e-4),
  labelSmoothing: v.optional(percent, 0.1),
  /** Horizontal flip with probability one half. */
  flip: v.optional(v.boolean(), true),
  /** Zero padding before a random crop back to the input size, in pixels. */
  pad: v.optional(v.object({ height: count(0, 64), width: count(0, 64) }), { height: 8, width: 4 }),
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
      [['nesterov'], ['momentum']],
      ({ nesterov, momentum }) => !nesterov || momentum > 0,
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

export const FedPavSettings = v.object({
  name: v.literal('fedpav'),
  /** `average`: batch-norm statistics are averaged like weights. `first`: the first client's (ALGORITHMS 2.11). */
  statistics: v.optional(v.picklist(['average', 'first']), 'average'),
})

export const FederationSettings = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, 'A federation needs a name.'), v.maxLength(80)),
  description: v.optional(v.pipe(v.string(), v.maxLength(500)), ''),
  rounds: v.optional(count(1, 100_000), 40),
  seed: v.optional(count(0, 0xffff_ffff), 1),
  /** Measure the global model on every client's validation identities each n-th round and after the last. */
  evaluateEvery: v.optional(count(1, 1_000), 1),
  strategy: v.optional(FedPavSettings, { name: 'fedpav' }),
  cohort: v.optional(CohortSettings, {}),
  local: v.optional(LocalSettings, {}),
  privacy: v.optional(v.object({ mode: v.literal('sealed') }), { mode: 'sealed' }),
})
export type FederationSettings = v.InferOutput<typeof FederationSettings>
export type FederationSettingsInput = v.InferInput<typeof FederationSettings>
