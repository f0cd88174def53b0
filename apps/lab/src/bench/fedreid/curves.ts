/** Curves of the benchmark by round: mean over the clients, a band over seeds. */
import type { Chart, ChartLine, ChartPoint } from '../../experiment/compare/chart.ts'
import { spreadOf } from '../../experiment/compare/spread.ts'
import { type Measured, type Whose, meanOverClients } from '../../experiment/protocol.ts'
import type { RunResult } from '../../experiment/result.ts'
import type { ArmSummary, BenchmarkSummary } from './summary.ts'

export interface BenchmarkChart {
  /** Ends the file's name. */
  readonly name: string
  readonly chart: Chart
}

/** An arm is in the first panel whose word its label has; every panel has FedPav beside. */
const PANELS: readonly { readonly title: string; readonly word: RegExp }[] = [
  { title: 'knowledge distillation', word: /\bKD\b/ },
  { title: 'client clustering', word: /\bCC\b/ },
  { title: 'cosine distance weight', word: /\bCDW\b/ },
  { title: 'baselines', word: /./ },
]
const BESIDE = 'FedPav'

export function chartsOf({ clients, arms }: BenchmarkSummary): readonly BenchmarkChart[] {
  const measured = (whose: Whose) => (run: RunResult) => meanOverClients(clients, whose, run)
  const loss = ({ rounds }: RunResult): readonly Measured[] =>
    rounds.map(({ round, loss }) => ({ round, rank1: loss, mAP: loss }))
  const charts = [
    {
      name: 'global',
      title: 'Global model',
      yLabel: 'rank-1 (%)',
      figures: measured('global'),
      of: withoutStandalone(arms),
    },
    { name: 'own', title: 'Clients’ own models', yLabel: 'rank-1 (%)', figures: measured('own'), of: arms },
    { name: 'loss', title: 'Training loss', yLabel: 'training loss', figures: loss, of: arms },
  ]
  return charts.map(({ name, title, yLabel, figures, of }) => ({
    name,
    chart: { title, xLabel: 'round', yLabel, panels: panelsOf(of, figures) },
  }))
}

const withoutStandalone = (arms: readonly ArmSummary[]) => arms.filter(({ mode }) => mode !== 'standalone')

function panelsOf(arms: readonly ArmSummary[], figures: (run: RunResult) => readonly Measured[]): Chart['panels'] {
  const placed = arms.map((arm) => ({ arm, panel: PANELS.findIndex(({ word }) => word.test(arm.label)) }))
  return PANELS.flatMap(({ title }, panel) => {
    const here = placed.filter(({ arm, panel: at }) => at === panel || arm.label === BESIDE)
    const lines = here
      .map(({ arm }): ChartLine => ({ name: arm.label, points: pointsOf(arm.runs.map(figures)) }))
      .filter(({ points }) => points.length > 0)
    return lines.some(({ name }) => name !== BESIDE) ? [{ title, lines }] : []
  })
}

/** Rounds in which every seed was measured. */
function pointsOf(seeds: readonly (readonly Measured[])[]): readonly ChartPoint[] {
  return seeds[0].flatMap(({ round }) => {
    const values = seeds.flatMap((measured) => measured.find((one) => one.round === round)?.rank1 ?? [])
    const spread = values.length === seeds.length ? spreadOf(values) : undefined
    return spread ? [{ x: round, y: spread.mean, min: spread.min, max: spread.max }] : []
  })
}
