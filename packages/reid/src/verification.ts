/** Same person or not, by a threshold: scores of genuine and impostor pairs, and what a threshold lets through. */
import { rangesOf } from './range.ts'
import { GOOD, LEFT_OUT, relevance } from './relevance.ts'
import { scoresOf, type SearchTask } from './search-task.ts'

/** How many pairs have which score. Bin `b` begins at `least + b · width`. */
export interface ScoreHistogram {
  readonly least: number
  readonly width: number
  /** Query and gallery item of one person, by the same rule as rankings. */
  readonly genuine: Float64Array
  /** Of two persons. */
  readonly impostor: Float64Array
}

/** Thresholds are as fine as this: 0.00003 for cosines. */
const BINS = 2 ** 16

/** All pairs but those that rankings leave out. Throws `RangeError` as `scoresOf` does. */
export function scoreHistogram(task: SearchTask, bins = BINS): ScoreHistogram {
  const source = scoresOf(task)
  const relevanceOf = relevance(task)
  const { least, most } = source.scale
  const width = most > least ? (most - least) / bins : 1 / bins
  const genuine = new Float64Array(bins)
  const impostor = new Float64Array(bins)
  for (const queries of rangesOf(task.query.identities.length, source.atOnce.queries)) {
    for (const items of rangesOf(task.gallery.identities.length, source.atOnce.items)) {
      const scores = source.tile(queries, items)
      let at = 0
      for (let query = queries.start; query < queries.end; query++) {
        const kinds = relevanceOf(query)
        for (let item = items.start; item < items.end; item++, at++) {
          const kind = kinds[item]
          if (kind === LEFT_OUT) continue
          const bin = Math.max(0, Math.min(bins - 1, Math.floor((scores[at] - least) / width)))
          if (kind === GOOD) genuine[bin]++
          else impostor[bin]++
        }
      }
    }
  }
  return { least, width, genuine, impostor }
}

/** What is accepted at a threshold, as shares: a pair is whose score is not below it. */
export interface OperatingPoint {
  readonly threshold: number
  /** Of the genuine pairs. */
  readonly trueAccept: number
  /** Of the impostor pairs. */
  readonly falseAccept: number
}

/**
 * The receiver operating characteristic: by bin edge, from the highest threshold down; the first, above all bins, accepts
 * nothing. Empty where a kind of pair is missing.
 */
export function operatingPoints({ least, width, genuine, impostor }: ScoreHistogram): readonly OperatingPoint[] {
  const [right, wrong] = [sumOf(genuine), sumOf(impostor)]
  if (right === 0 || wrong === 0) return []
  const points: OperatingPoint[] = [{ threshold: least + genuine.length * width, trueAccept: 0, falseAccept: 0 }]
  let accepted = 0
  let mistaken = 0
  for (let bin = genuine.length - 1; bin >= 0; bin--) {
    accepted += genuine[bin]
    mistaken += impostor[bin]
    points.push({ threshold: least + bin * width, trueAccept: accepted / right, falseAccept: mistaken / wrong })
  }
  return points
}

/** The lowest threshold that accepts at most such a share of the impostor pairs. `undefined` where there are no points. */
export function operatingPointAt(points: readonly OperatingPoint[], falseAccept: number): OperatingPoint | undefined {
  return points.findLast((point) => point.falseAccept <= falseAccept)
}

/** Where as many genuine pairs are refused as impostor pairs are accepted, as nearly as thresholds are fine. */
export function equalErrorPoint(points: readonly OperatingPoint[]): OperatingPoint | undefined {
  const gap = ({ trueAccept, falseAccept }: OperatingPoint) => Math.abs(1 - trueAccept - falseAccept)
  let best = points.at(0)
  for (const point of points) if (best === undefined || gap(point) < gap(best)) best = point
  return best
}

/** The same pairs in fewer bins: `by` of them as one. Throws `RangeError` unless that divides their number. */
export function coarser({ least, width, genuine, impostor }: ScoreHistogram, by: number): ScoreHistogram {
  const bins = genuine.length / by
  if (!Number.isInteger(bins)) throw new RangeError(`coarser: ${genuine.length} bins cannot be joined by ${by}`)
  const joined = (counts: Float64Array) =>
    new Float64Array(bins).map((_, bin) => sumOf(counts.subarray(bin * by, (bin + 1) * by)))
  return { least, width: width * by, genuine: joined(genuine), impostor: joined(impostor) }
}

const sumOf = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0)
