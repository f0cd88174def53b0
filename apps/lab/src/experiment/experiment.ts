/** What an experiment file may say. Its settings are checked by the schema of the dashboard's form, see `read.ts`. */
import * as v from 'valibot'
import { NINE_SCALE } from '../settings/data.ts'
import { modes } from '../simulate/modes.ts'

/** What a client is (ALGORITHMS 2.1): one camera, one of as many equal groups of identities, or a whole data set. */
export const scenarios = ['by-camera', 'by-identity', 'by-dataset'] as const
export type Scenario = (typeof scenarios)[number]

const text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500))
const label = v.pipe(text, v.maxLength(40), v.regex(/^[\w.-]+$/, 'Letters, digits, dots, dashes and underscores only.'))
const count = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least))
const someSettings = v.record(v.string(), v.unknown())
const distinct = 'Each once only.'

/** Images, as the lab's data flags name them; paths are relative to the folder that the command runs in. */
const ExperimentData = v.pipe(
  v.strictObject({
    /** A folder of data sets or of one, `synthetic`, or `synthetic-nine`. */
    folder: text,
    /** Exactly this many images per client: its last identity is cut short. Without it, clients keep their natural sizes. */
    images: v.optional(count(1)),
    /** This share of every client's identities. */
    share: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(1))),
    clients: v.optional(count(1)),
    /** Training identities that no client holds: so many, or below 1 this share of all. Of a folder, or of `synthetic`. */
    public: v.optional(
      v.pipe(
        v.number(),
        v.gtValue(0),
        v.check((amount) => amount < 1 || Number.isInteger(amount), 'A whole number, or a share below 1.'),
      ),
    ),
    /** Of generated people. */
    people: v.optional(count(2), 60),
    cameras: v.optional(count(2), 4),
    /** Of the nine generated sets, as a share of the published sizes. */
    scale: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(1)), NINE_SCALE),
  }),
  v.forward(
    v.partialCheck(
      [['images'], ['share']],
      ({ images, share }) => images === undefined || share === undefined,
      'Equal sizes or natural ones: give images or share.',
    ),
    ['share'],
  ),
)
export type ExperimentData = v.InferOutput<typeof ExperimentData>

/** Who learns with whom on what, and what is set otherwise for it: the strategy, say. */
const Arm = v.strictObject({
  /** As tables and run folders call it; by default the mode and the scenario. */
  label: v.optional(v.pipe(text, v.maxLength(40))),
  mode: v.picklist(modes),
  scenario: v.picklist(scenarios),
  settings: v.optional(someSettings, {}),
})
export type Arm = v.InferOutput<typeof Arm>

/** A first model: drawn from the seed, or a file. */
const Init = v.strictObject({
  label,
  /** A model as `lab` writes them. */
  file: v.optional(text),
  /** The command that makes the file; told to whoever has none. */
  make: v.optional(text),
  /** What this model needs set otherwise: its backbone, say. */
  settings: v.optional(someSettings, {}),
})
export type Init = v.InferOutput<typeof Init>

export const Experiment = v.strictObject({
  name: v.pipe(text, v.maxLength(80)),
  description: v.optional(v.string(), ''),
  data: ExperimentData,
  arms: v.pipe(v.array(Arm), v.minLength(1)),
  inits: v.pipe(
    v.optional(v.array(Init), [{ label: 'scratch' }]),
    v.minLength(1),
    v.check((inits) => new Set(inits.map((init) => init.label)).size === inits.length, 'Labels: each once only.'),
  ),
  seeds: v.pipe(
    v.optional(v.array(v.pipe(count(0), v.maxValue(0xffff_ffff))), [1]),
    v.minLength(1),
    v.check((seeds) => new Set(seeds).size === seeds.length, distinct),
  ),
  settings: v.optional(someSettings, {}),
  /** Each client's own model is measured every n-th round; 0 for never. */
  evaluateOwnEvery: v.optional(count(0), 0),
  /** The global model is measured after each of the last n rounds. */
  evaluateLast: v.optional(count(1), 1),
  /** Values to try, by path into the settings, as `local.backboneRate: [0.05, 0.01]`; all combinations are run. */
  grid: v.optional(v.record(v.string(), v.pipe(v.array(v.unknown()), v.minLength(1))), {}),
})
export type Experiment = v.InferOutput<typeof Experiment>
