/** The charts of a comparison: loss, and rank-1 and mAP of each data set, by round; a panel for each first model. */
import { meanOverClients } from '../protocol.ts'
import type { RunResult } from '../result.ts'
import type { Chart, ChartLine, ChartPoint } from './chart.ts'
import type { Group, Grouped } from './groups.ts'
import { metricNames, metrics, setsOf } from './rows.ts'
import { spreadOf } from './spread.ts'

export interface NamedChart {
  /** Of the file, without its ending. */
  readonly name: string
  readonly chart: Chart
}

type Figure = (run: RunResult, round: number) => number | undefined

export function chartsOf(grouped: Grouped): readonly NamedChart[] {
  const sets = setsOf(grouped.groups.flatMap(({ runs }) => runs))
  const chart = (title: string, yLabel: string, figure: Figure): Chart => ({
    title,
    xLabel: 'round',
    yLabel,
    panels: panelsOf(grouped, figure),
  })
  return [
    {
      name: 'loss',
      chart: chart('Training loss', 'training loss', (run, round) => run.rounds[round - 1]?.loss),
    },
    ...ownCharts(grouped, chart),
    ...sets.flatMap((set) =>
      metrics.map((metric) => ({
        name: `${metricNames[metric].toLowerCase()}-${set.replaceAll('/', '-')}`,
        chart: chart(`${metricNames[metric]} on ${set}`, `${metricNames[metric]} (%)`, (run, round) =>
          round === 0 ? run.initial[set]?.[metric] : run.rounds[round - 1]?.evaluation?.[set]?.[metric],
        ),
      })),
    ),
  ]
}

/** The mean over clients of their own models, where those were measured. */
function ownCharts(
  { groups }: Grouped,
  chart: (title: string, yLabel: string, figure: Figure) => Chart,
): readonly NamedChart[] {
  if (!groups.some(({ runs }) => runs.some(({ rounds }) => rounds.some(({ own }) => own)))) return []
  return metrics.map((metric) => ({
    name: `${metricNames[metric].toLowerCase()}-own-models`,
    chart: chart(
      `${metricNames[metric]} of clients’ own models`,
      `${metricNames[metric]} (%)`,
      (run, round) =>
        meanOverClients(run.clients, 'own', { rounds: run.rounds.slice(Math.max(0, round - 1), round) }).at(0)?.[
          metric
        ],
    ),
  }))
}

function panelsOf({ groups }: Grouped, figure: Figure): Chart['panels'] {
  const inits = [...new Set(groups.map(({ key }) => key.get('init') ?? ''))]
  return inits.map((init) => ({
    title: init,
    lines: groups
      .filter(({ key }) => key.get('init') === init)
      .map((group): ChartLine => ({ name: nameOf(group), points: pointsOf(group, figure) }))
      .filter(({ points }) => points.length > 0),
  }))
}

/** Rounds in which every seed has the figure. */
function pointsOf({ runs }: Group, figure: Figure): readonly ChartPoint[] {
  const rounds = Math.min(...runs.map((run) => run.rounds.length))
  return Array.from({ length: rounds + 1 }, (_, round) => round).flatMap((round) => {
    const values = runs.flatMap((run) => figure(run, round) ?? [])
    const spread = values.length === runs.length ? spreadOf(values) : undefined
    return spread ? [{ x: round, y: spread.mean, min: spread.min, max: spread.max }] : []
  })
}

function nameOf({ key }: Group): string {
  const varied = [...key].filter(([column]) => !['mode', 'scenario', 'init', 'arm'].includes(column))
  const arm = key.get('arm')
  return [
    arm ? arm : `${key.get('mode')} ${key.get('scenario')}`,
    ...varied.map(([path, value]) => `${path} ${value}`),
  ].join(', ')
}
