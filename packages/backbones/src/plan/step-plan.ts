import type { Backbone } from '../backbone.ts'
import { countParameters } from '../parameters.ts'
import { draftWithin, placedDraft } from './fit.ts'
import type { Workspace } from './kernels.ts'
import { lookUp, sheetOf, type BatchShape } from './steps.ts'
import type { Buffer, Draft, Span, Task } from './task.ts'
import { TooLittleMemory } from './too-little-memory.ts'

/**
 * Everything that an executor does for one batch, decided beforehand: which kernels run in which order, and where every
 * number lies. Made once per backbone and batch shape.
 */
export interface StepPlan extends BatchShape {
  readonly forward: readonly Task[]
  /** Empty when inferring. Gradients of parameters start at zero: the executor clears that region. */
  readonly backward: readonly Task[]
  /** How many tasks of the backward pass compute again what the forward pass computed and did not keep. */
  readonly recomputed: number
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
  /** Where this is a share of a batch, whose batch norms learn what the others' rows add. */
  readonly share?: Share
}

export interface Share {
  /** Images of the whole batch. */
  readonly whole: number
  /** Images of the largest share: it decides what is computed again, so that all shares take the same steps. */
  readonly largest: number
}

/** What an executor asks of an arena. */
export interface ArenaNeeds {
  readonly workspace: Workspace
  /** Values in the arena start at multiples of this many float32. */
  readonly alignment: number
  /** The most float32 values that an arena may have: part of the forward pass is computed again where it must be less. */
  readonly memory?: number
}

export interface PlanOptions extends PassShape, ArenaNeeds {}

/**
 * Throws `RangeError` for images too small, a batch of no image, or a node that no kernel does, and the one that is
 * `TooLittleMemory` where no plan fits `memory`.
 */
export function planStep(backbone: Backbone, options: PlanOptions): StepPlan {
  const { batch, height, width, training, alignment, memory = Infinity } = options
  const { whole, largest } = options.share ?? { whole: batch, largest: batch }
  if (!(batch >= 1 && whole >= (training ? 2 : 1))) throw new RangeError(`planStep: a batch of ${batch}`)
  const sheet = (batch: number) => sheetOf(backbone, options.workspace, { batch, height, width })
  const decisive = draftWithin(sheet(largest), { training, alignment, memory })
  if (decisive.arena.size > memory) {
    const least = decisive.arena.size
    throw new TooLittleMemory(
      `planStep: an arena of ${memory} numbers is asked for, but it takes at least ${least}`,
      least,
    )
  }
  const { draft, arena } = batch === largest ? decisive : placedDraft(sheet(batch), decisive.segments, alignment)
  const placed = new Map<Buffer, Span>()
  for (const [buffer, offset] of arena.offsets) placed.set(buffer, { ...buffer, region: 'arena', offset })
  const place = (operand: Buffer | Span): Span => (operand.region === 'unplaced' ? lookUp(placed, operand) : operand)
  const placeAll = (tasks: readonly Draft[]): readonly Task[] =>
    tasks.map((task) => ({ ...task, reads: task.reads.map(place), writes: task.writes.map(place) }))
  const { weight, statistic } = countParameters(backbone)
  return {
    batch,
    height,
    width,
    forward: placeAll(draft.forward),
    backward: placeAll(draft.backward),
    recomputed: draft.recomputed,
    images: place(draft.images),
    embeddings: place(draft.embeddings),
    dEmbeddings: place(draft.dEmbeddings),
    sizes: { arena: arena.size, parameters: weight + statistic, gradient: weight, statistics: statistic },
  }
}
