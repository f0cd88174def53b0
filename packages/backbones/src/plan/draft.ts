import { IMAGES } from '../backbone.ts'
import { draftBackward } from './backward.ts'
import { draftForward, type Pass } from './forward.ts'
import { lookUp, type Sheet, type Step } from './steps.ts'
import { unplaced, type Buffer, type Draft } from './task.ts'
import type { Moment } from './lifetimes.ts'

/** Neighbouring steps that the backward pass goes back through together. */
export interface Segment {
  readonly steps: readonly Step[]
  /** Whether the values inside are forgotten, and computed again before the segment is gone back through. */
  readonly recompute: boolean
}

/** A plan whose values have no place yet. */
export interface StepDraft {
  readonly images: Buffer
  readonly embeddings: Buffer
  readonly dEmbeddings: Buffer
  readonly forward: readonly Draft[]
  readonly backward: readonly Draft[]
  /** Tasks of the backward pass that compute again what the forward pass had. */
  readonly recomputed: number
}

/** `segments`: the steps, cut up; empty when inferring. */
export function draftStep(sheet: Sheet, segments: readonly Segment[]): StepDraft {
  const training = segments.length > 0
  const { steps, batch, height, width } = sheet
  const images = unplaced(IMAGES, batch * height * width * 3)
  const pass: Pass = { training, values: new Map([[IMAGES, images]]), saved: new Map() }
  const forward: Draft[] = []
  draftForward(sheet, pass, { steps, tasks: forward })
  const embeddings = lookUp(pass.values, steps.at(-1)?.output ?? IMAGES)
  const dEmbeddings = unplaced('dEmbeddings', training ? embeddings.size : 0)
  return { images, embeddings, dEmbeddings, forward, ...draftBackward(sheet, pass, { segments, dEmbeddings }) }
}

/** The caller's moment, who writes the images, then the forward pass, the caller's again, and the backward pass. */
export function momentsOf({ images, embeddings, dEmbeddings, forward, backward }: StepDraft): readonly Moment[] {
  const touches = (writes: readonly Buffer[]): Moment => ({ reads: [], writes })
  return [touches([images]), ...forward, touches([embeddings, dEmbeddings]), ...backward]
}
