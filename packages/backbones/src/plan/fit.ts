import { placeInArena, type Arena } from './arena.ts'
import { cheapestSegments, smallestSegments } from './checkpoints.ts'
import { draftStep, momentsOf, type Segment, type StepDraft } from './draft.ts'
import { lifetimesOf } from './lifetimes.ts'
import type { Sheet } from './steps.ts'
import { stretchesOf } from './stretches.ts'

export interface PlacedDraft {
  /** How the steps are cut up; empty when inferring. */
  readonly segments: readonly Segment[]
  readonly draft: StepDraft
  readonly arena: Arena
}

interface Fit {
  readonly training: boolean
  readonly alignment: number
  /** The most numbers that the arena may hold. */
  readonly memory: number
}

/** At most so many limits are tried. */
const LIMITS = 64

/** The draft with the least work done again whose arena fits; where none does, the smallest. */
export function draftWithin(sheet: Sheet, { training, alignment, memory }: Fit): PlacedDraft {
  const placed = (segments: readonly Segment[]) => placedDraft(sheet, segments, alignment)
  const whole = placed(training ? [{ steps: sheet.steps, recompute: false }] : [])
  if (whole.arena.size <= memory || !training) return whole
  const stretches = stretchesOf(sheet, whole.draft, alignment)
  // Values that are not too many at any moment may still not fit side by side: then they have to be fewer.
  for (let limit = memory; ;) {
    const segments = cheapestSegments(stretches, limit)
    if (!segments) return placed(smallestSegments(stretches))
    const found = placed(segments)
    if (found.arena.size <= memory) return found
    limit -= Math.max(found.arena.size - memory, memory / LIMITS)
  }
}

/** The draft of steps that are cut up so. */
export function placedDraft(sheet: Sheet, segments: readonly Segment[], alignment: number): PlacedDraft {
  const draft = draftStep(sheet, segments)
  return { segments, draft, arena: placeInArena(lifetimesOf(momentsOf(draft)), alignment) }
}
