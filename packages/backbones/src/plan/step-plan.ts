import { IMAGES, type Backbone } from '../backbone.ts'
import { countParameters } from '../parameters.ts'
import { embeddingSize } from '../shapes.ts'
import { placeInArena, type Lifetime } from './arena.ts'
import { draftBackward } from './backward.ts'
import { draftForward, type Pass } from './forward.ts'
import type { Workspace } from './kernels.ts'
import { lookUp, sheetOf, type BatchShape } from './steps.ts'
import { unplaced, type Buffer, type Draft, type Span, type Task } from './task.ts'

/**
 * Everything that an executor does for one batch, decided beforehand: which kernels run in which order, and where every
 * number lies. Made once per backbone and batch shape.
 */
export interface StepPlan extends BatchShape {
  readonly forward: readonly Task[]
  /** Empty when inferring. Gradients of parameters start at zero: the executor clears that region. */
  readonly backward: readonly Task[]
  /** Written by the caller before the forward pass: `batch × height × width × 3`. */
  readonly images: Span
  /** Valid from the end of the forward pass to the start of the backward pass: `batch × embedding`. */
  readonly embeddings: Span
  /** Written by the caller before the backward pass, which may overwrite it; when inferring of size 0. */
  readonly dEmbeddings: Span
  /** float32 values that each region needs. */
  readonly sizes: Readonly<Record<Span['region'], number>>
}

export interface PassShape extends BatchShape {
  /** With batch statistics and a backward pass; needs two images. */
  readonly training: boolean
}

/** What an executor asks of an arena. */
export interface ArenaNeeds {
  readonly workspace: Workspace
  /** Values in the arena start at multiples of this many float32. */
  readonly alignment: number
}

export interface PlanOptions extends PassShape, ArenaNeeds {}

/** Throws `RangeError` for images too small, a batch of no image, or a node that no kernel does. */
export function planStep(backbone: Backbone, options: PlanOptions): StepPlan {
  const { batch, height, width, training, workspace, alignment } = options
  if (!(batch >= (training ? 2 : 1))) throw new RangeError(`planStep: a batch of ${batch}`)
  const sheet = sheetOf(backbone, workspace, { batch, height, width })
  const images = unplaced(IMAGES, batch * height * width * 3)
  const dEmbeddings = unplaced('dEmbeddings', training ? batch * embeddingSize(backbone) : 0)
  const pass: Pass = { training, values: new Map([[IMAGES, images]]), saved: new Map() }
  const forward: Draft[] = []
  draftForward(sheet, pass, { steps: sheet.steps, tasks: forward })
  const embeddings = lookUp(pass.values, sheet.steps.at(-1)?.output ?? IMAGES)
  const backward = training ? draftBackward(sheet, pass, dEmbeddings) : []

  // Moment 0 is the caller's, who writes the images, and so is the one between the passes.
  const moments = [touches([images]), ...forward, touches([embeddings, dEmbeddings]), ...backward]
  const { offsets, size } = placeInArena(lifetimes(moments), alignment)
  const placed = new Map<Buffer, Span>()
  for (const [buffer, offset] of offsets) placed.set(buffer, { ...buffer, region: 'arena', offset })
  const place = (operand: Buffer | Span): Span => (operand.region === 'unplaced' ? lookUp(placed, operand) : operand)
  const placeAll = (tasks: readonly Draft[]): readonly Task[] =>
    tasks.map((task) => ({ ...task, reads: task.reads.map(place), writes: task.writes.map(place) }))
  const { weight, statistic } = countParameters(backbone)
  return {
    batch,
    height,
    width,
    forward: placeAll(forward),
    backward: placeAll(backward),
    images: place(images),
    embeddings: place(embeddings),
    dEmbeddings: place(dEmbeddings),
    sizes: { arena: size, parameters: weight + statistic, gradient: weight, statistics: statistic },
  }
}

type Moment = Pick<Draft, 'reads' | 'writes'>

const touches = (writes: readonly Buffer[]): Moment => ({ reads: [], writes })

/** From the first to the last moment that names a value. */
function lifetimes(moments: readonly Moment[]): readonly Lifetime[] {
  const spans = new Map<Buffer, { first: number; last: number }>()
  moments.forEach(({ reads, writes }, moment) => {
    for (const operand of [...reads, ...writes]) {
      if (operand.region !== 'unplaced') continue
      spans.set(operand, { first: spans.get(operand)?.first ?? moment, last: moment })
    }
  })
  return [...spans].map(([buffer, span]) => ({ buffer, ...span }))
}
