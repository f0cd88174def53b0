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
  /** Each client's share in the average. */
  shares: v.optional(v.record(v.string(), number), {}),
  /** Who shares a model from this round on. */
  groups: v.optional(v.array(v.array(v.string()))),
  evaluation: v.nullable(Figures),
  /** By client: its own model, and its group's. */
  own: v.optional(v.record(v.string(), Figures)),
  group: v.optional(v.record(v.string(), Figures)),
})

export const RunResult = v.object({
  experiment: v.string(),
  run: v.string(),
  /** Of what the experiment says, the first model's file, and the names and sizes of the data's files. */
  fingerprint: v.string(),
  /** What the experiment calls the arm; empty where it does not. */
  arm: v.optional(v.string(), ''),
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
  /** Images that no client holds, as many as the strategy wanted. */
  publicImages: v.optional(number, 0),
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
