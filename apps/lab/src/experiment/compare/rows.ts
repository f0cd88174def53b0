/** The comparison as rows: what came of each group, beside what there was before training. */
import type { RunResult } from '../result.ts'
import type { Grouped } from './groups.ts'
import { type Spread, spreadOf } from './spread.ts'

export const metrics = ['rank1', 'mAP'] as const
export type Metric = (typeof metrics)[number]
export const metricNames: Readonly<Record<Metric, string>> = { rank1: 'rank-1', mAP: 'mAP' }

export interface Row {
  /** By column of the groups; a baseline has few of them. */
  readonly key: ReadonlyMap<string, string>
  readonly seeds: number
  /** Of a run, in training. */
  readonly imagePasses?: number
  readonly seconds?: number
  readonly figures: readonly Cell[]
}

export interface Cell {
  readonly set: string
  readonly metric: Metric
  readonly spread?: Spread
  /** The highest mean of its column among the trained. */
  readonly best: boolean
}

/** Every set that any run was measured on, in name order. */
export function setsOf(runs: readonly RunResult[]): readonly string[] {
  return [...new Set(runs.flatMap(({ final }) => Object.keys(final)))].sort()
}

/** A row per group, then one per first model as it was untrained, then the pixels themselves. */
export function rowsOf({ groups }: Grouped): readonly Row[] {
  const runs = groups.flatMap((group) => group.runs)
  const sets = setsOf(runs)
  const cellsOf = (of: readonly RunResult['final'][]): readonly Cell[] =>
    sets.flatMap((set) =>
      metrics.map((metric) => {
        const spread = spreadOf(of.flatMap((figures) => figures[set]?.[metric] ?? []))
        return { set, metric, ...(spread && { spread }), best: false }
      }),
    )
  const trained = groups.map(({ key, runs }) => ({
    key,
    seeds: runs.length,
    imagePasses: mean(runs.map(({ imagePasses }) => imagePasses)),
    seconds: mean(runs.map(({ seconds }) => seconds)),
    figures: cellsOf(runs.map(({ final }) => final)),
  }))
  const inits = [...new Set(runs.map(({ init }) => init))]
  return [
    ...trained.map((row) => ({
      ...row,
      figures: row.figures.map((cell, at) => ({ ...cell, best: isBest(trained, at, cell) })),
    })),
    ...inits.map((init) => {
      const first = firstOfEachSeed(runs.filter((run) => run.init === init))
      const key = new Map([
        ['mode', 'untrained'],
        ['init', init],
      ])
      return { key, seeds: first.length, figures: cellsOf(first.map(({ initial }) => initial)) }
    }),
    {
      key: new Map([['mode', 'raw pixels']]),
      seeds: 0,
      figures: cellsOf(runs.slice(0, 1).map(({ rawPixels }) => rawPixels)),
    },
  ]
}

function isBest(rows: readonly Pick<Row, 'figures'>[], column: number, { spread }: Cell): boolean {
  return spread !== undefined && rows.every(({ figures }) => (figures[column].spread?.mean ?? -1) <= spread.mean)
}

/** The untrained model hangs on the seed alone. */
function firstOfEachSeed(runs: readonly RunResult[]): readonly RunResult[] {
  return [...new Map(runs.toReversed().map((run) => [run.seed, run])).values()]
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
