/**
 * Gradient checkpointing (Chen et al. 2016): which parts of the forward pass to compute again in the backward pass, so that
 * a step fits a given memory. The network is cut where little is still to be read; between two cuts, values are either
 * kept, or forgotten but for those that the rest reads, and computed again.
 *
 * All is told from the plan that keeps everything. While it goes back through a stretch, at most `peak` numbers are alive;
 * forgetting an earlier one saves what it keeps less what the rest reads of it. So a choice fits where for every stretch
 * peak − (what is saved before it) ≤ memory. Choices are extended from cut to cut (dynamic programming).
 */
import type { Segment } from './draft.ts'
import type { Step } from './steps.ts'

/** Choices that differ in less than this part of all values are not both followed. */
const GRAINS = 48

/** Steps between two neighbouring cuts, in the plan that keeps everything. */
export interface Stretch {
  readonly steps: readonly Step[]
  /** Numbers that it leaves to the backward pass. */
  readonly kept: number
  /** Its values that others read: their numbers, and the index of the last stretch that does. */
  readonly read: readonly { readonly size: number; readonly until: number }[]
  /** The most numbers alive while it is gone back through. */
  readonly peak: number
  /** What computing it takes. */
  readonly work: number
}

/** The segments that fit `memory` with the least work done again; undefined when none do. */
export function cheapestSegments(stretches: readonly Stretch[], memory: number): readonly Segment[] | undefined {
  const grain = stretches.reduce((total, { kept }) => total + kept, 0) / GRAINS
  const best = search(stretches, memory, (choices) => unbeaten(choices, grain))
  return best && segmentsOf(stretches, best)
}

/** The segments that need the least memory. */
export function smallestSegments(stretches: readonly Stretch[]): readonly Segment[] {
  let [tooLittle, enough] = [0, Math.max(...stretches.map((stretch) => stretch.peak))]
  let best = search(stretches, enough, mostSaving)
  while (enough - tooLittle > 1) {
    const middle = Math.floor((tooLittle + enough) / 2)
    const found = search(stretches, middle, mostSaving)
    if (found) [enough, best] = [middle, found]
    else tooLittle = middle
  }
  return cheapestSegments(stretches, enough) ?? (best ? segmentsOf(stretches, best) : [])
}

/** A choice for all stretches up to a cut: a list of segments, the last first. */
interface Choice {
  readonly saved: number
  readonly work: number
  readonly segment?: { readonly first: number; readonly last: number; readonly recompute: boolean }
  readonly before?: Choice
}

type Select = (choices: readonly Choice[]) => readonly Choice[]

/** The first of the choices that fit, extending those that `select` leaves at each cut. */
function search(stretches: readonly Stretch[], memory: number, select: Select): Choice | undefined {
  const fronts: (readonly Choice[])[] = [[{ saved: 0, work: 0 }]]
  for (let last = 0; last < stretches.length; last++) {
    const choices: Choice[] = []
    let [peak, saved, work] = [0, 0, 0]
    for (let first = last; first >= 0; first--) {
      const stretch = stretches[first]
      peak = Math.max(peak, stretch.peak)
      saved += stretch.kept
      for (const { size, until } of stretch.read) if (until > last) saved -= size
      work += stretch.work
      for (const before of fronts[first]) {
        if (peak - before.saved > memory) continue
        if (first === last) choices.push({ ...before, segment: { first, last, recompute: false }, before })
        if (saved <= 0) continue
        const segment = { first, last, recompute: true }
        choices.push({ saved: before.saved + saved, work: before.work + work, segment, before })
      }
    }
    fronts.push(select(choices))
  }
  return fronts.at(-1)?.at(0)
}

/** Those that save a grain more than every one that takes less work, the least work first. */
function unbeaten(choices: readonly Choice[], grain: number): readonly Choice[] {
  let enough = -Infinity
  return [...choices]
    .sort((a, b) => a.work - b.work || b.saved - a.saved)
    .filter(({ saved }) => {
      const saves = saved >= enough
      if (saves) enough = saved + grain
      return saves
    })
}

const mostSaving: Select = (choices) =>
  choices.slice(0, 1).map((first) => choices.reduce((best, one) => (one.saved > best.saved ? one : best), first))

function segmentsOf(stretches: readonly Stretch[], { segment, before }: Choice): readonly Segment[] {
  if (!segment || !before) return []
  const steps = stretches.slice(segment.first, segment.last + 1).flatMap((stretch) => stretch.steps)
  return [...segmentsOf(stretches, before), { steps, recompute: segment.recompute }]
}
