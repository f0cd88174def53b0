/** The comparison as rows: what came of each group, beside what there was before training. */
import type { RunResult } from '../result.ts'
import type { Group, Grouped } from './groups.ts'
import { type Protocol, clientsFigure, finalBy, meanOf, unrest } from '../protocol.ts'
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
  /** Standard deviation over the last rounds of the mean rank-1 over data sets; where they were measured. */
  readonly unrest?: Spread
  readonly figures: readonly Cell[]
}

export interface Cell {
  readonly set: string
  readonly metric: Metric
  readonly spread?: Spread
  /** The highest mean of its column, also among what no training made. */
  readonly best: boolean
}

/** What the figures of raw pixels hang on; an untrained model's on the network and the seed as well. */
const INPUT = ['local.input.height', 'local.input.width']
const NETWORK = ['local.backbone', 'local.embedding', ...INPUT]

/** Every set that any run was measured on, in name order. */
export function setsOf(runs: readonly RunResult[]): readonly string[] {
  return [...new Set(runs.flatMap(({ final }) => Object.keys(final)))].sort()
}

/**
 * A row per group, then one per first model and network as it was untrained, then one per input size of the pixels themselves. Of
 * those two, a set on which runs of one row and seed differ has no figure, and a row without any is left out.
 */
export function rowsOf({ groups }: Grouped, protocol: Protocol = 'last'): readonly Row[] {
  const runs = groups.flatMap((group) => group.runs)
  const own = runs.some(({ rounds }) => rounds.some((round) => round.own)) ? [OWN] : []
  const sets = [...setsOf(runs), ...own]
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
    ...unrestOf(runs),
    figures: cellsOf(runs.map((run) => ({ ...finalBy(protocol, run), ...ownFigures(run, protocol) }))),
  }))
  const baselines = [
    ...alikeIn(['init', ...NETWORK], groups).map(({ key, runs }) => {
      const seeds = [...new Set(runs.map(({ seed }) => seed))]
      const figures = seeds.map((seed) => runs.filter((run) => run.seed === seed).map(({ initial }) => initial))
      return { key: new Map([['mode', 'untrained'], ...key]), seeds: seeds.length, figures: cellsOf(agreed(figures)) }
    }),
    ...alikeIn(INPUT, groups).map(({ key, runs }) => ({
      key: new Map([['mode', 'raw pixels'], ...key]),
      seeds: 0,
      figures: cellsOf(agreed([runs.map(({ rawPixels }) => rawPixels)])),
    })),
  ]
  const rows: readonly Row[] = [
    ...trained,
    ...baselines.filter(({ figures }) => figures.some(({ spread }) => spread !== undefined)),
  ]
  return rows.map((row) => ({
    ...row,
    figures: row.figures.map((cell, at) => ({ ...cell, best: isBest(rows, at, cell) })),
  }))
}

/** Where the mean over clients of their own models stands among the data sets. */
const OWN = 'own models'

function ownFigures(run: RunResult, protocol: Protocol): RunResult['final'] {
  const figure = clientsFigure(protocol, 'own', run)
  return figure ? { [OWN]: figure } : {}
}

function unrestOf(runs: readonly RunResult[]): { readonly unrest?: Spread } {
  const told = spreadOf(runs.flatMap((run) => unrest(meansOverSets(run), run.rounds.length) ?? []))
  return told ? { unrest: told } : {}
}

const meansOverSets = ({ rounds }: RunResult) =>
  rounds.flatMap(({ round, evaluation }) => {
    const mean = meanOf(Object.values(evaluation ?? {}))
    return mean ? [{ round, ...mean }] : []
  })

function isBest(rows: readonly Pick<Row, 'figures'>[], column: number, { spread }: Cell): boolean {
  return spread !== undefined && rows.every(({ figures }) => (figures[column].spread?.mean ?? -1) <= spread.mean)
}

/** All runs of the groups that have the same in these columns, those that the comparison has of them. */
function alikeIn(columns: readonly string[], groups: readonly Group[]): readonly Group[] {
  const alike = new Map<string, Group>()
  for (const group of groups) {
    const key = new Map([...group.key].filter(([column]) => columns.includes(column)))
    const name = JSON.stringify([...key])
    alike.set(name, { key, runs: [...(alike.get(name)?.runs ?? []), ...group.runs] })
  }
  return [...alike.values()]
}

/** One of each list of figures, with those sets on which no list differs. */
function agreed(lists: readonly (readonly RunResult['final'][])[]): readonly RunResult['final'][] {
  const differs = (set: string) =>
    lists.some((list) => new Set(list.flatMap((figures) => shown(figures[set]) ?? [])).size > 1)
  return lists.map((list) =>
    Object.fromEntries(list.flatMap((figures) => Object.entries(figures).filter(([set]) => !differs(set)))),
  )
}

const shown = (figures?: RunResult['final'][string]) => figures && metrics.map((metric) => figures[metric]).join(' ')

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
