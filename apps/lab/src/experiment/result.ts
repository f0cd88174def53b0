/** What is kept of a finished run. */
import { FederationSettings } from '@passerby/protocol'
import * as v from 'valibot'
import { modes } from '../simulate/modes.ts'
import { scenarios } from './experiment.ts'

const number = v.number()
const Figures = v.record(v.string(), v.object({ rank1: number, mAP: number }))

const Round = v.object({
  round: number,
  clients: number,
  images: number,
  loss: number,
  bytesUp: number,
  bytesDown: number,
  seconds: number,
  evaluation: v.nullable(Figures),
  own: v.optional(v.record(v.string(), Figures)),
})

export const RunResult = v.object({
  experiment: v.string(),
  run: v.string(),
  /** Of what the experiment says, the first model's file, and the names and sizes of the data's files. */
  fingerprint: v.string(),
  mode: v.picklist(modes),
  scenario: v.picklist(scenarios),
  /** The first model's label. */
  init: v.string(),
  seed: number,
  grid: v.record(v.string(), v.unknown()),
  settings: FederationSettings,
  data: v.record(v.string(), v.unknown()),
  /** `sets` are the data sets that a client's images come from. */
  clients: v.array(v.object({ name: v.string(), sets: v.array(v.string()), images: number, identities: number })),
  sets: v.array(v.object({ name: v.string(), query: number, gallery: number })),
  /** Images that went through training, over all rounds, epochs and clients. */
  imagePasses: number,
  /** Seconds since 1970. */
  startedAt: number,
  /** All rounds' training, without measuring. */
  seconds: number,
  initial: Figures,
  rawPixels: Figures,
  rounds: v.array(Round),
  /** By data set; of standalone clients the mean. */
  final: Figures,
})
export type RunResult = v.InferOutput<typeof RunResult>
