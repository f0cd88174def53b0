/** `lab bench evaluation`: how long, and in how much memory, a whole test set is evaluated on one core. */
import { openDotProducts } from '@passerby/learner'
import { dotSource, evaluate, type RankingMetrics, reRanked, type ScoreSource } from '@passerby/reid'
import { megabytes, table } from '../../terminal/table.ts'
import { writeJson } from '../../terminal/write-json.ts'
import { plantedSearch, type PlantedSize } from './planted.ts'

export interface EvaluationBenchFlags extends PlantedSize {
  readonly products: 'kernel' | 'script'
  readonly reRank: boolean
  readonly json?: string
}

interface Row {
  readonly what: string
  readonly seconds: number
  /** All threads of the process, so that one core can be told from several. */
  readonly processorSeconds: number
  /** Most memory that the process has held so far, everything included. */
  readonly peakBytes: number
  readonly metrics?: RankingMetrics
}

export async function runEvaluationBench(flags: EvaluationBenchFlags): Promise<void> {
  const rows: Row[] = []
  const timed = <Made>(what: string, run: () => Made, metricsOf?: (made: Made) => RankingMetrics): Made => {
    const [start, processor] = [performance.now(), process.cpuUsage()]
    const made = run()
    const { user, system } = process.cpuUsage(processor)
    rows.push({
      what,
      seconds: (performance.now() - start) / 1000,
      processorSeconds: (user + system) / 1e6,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      ...(metricsOf && { metrics: metricsOf(made) }),
    })
    return made
  }
  timed('lab started', () => {})
  const { truth, ...task } = timed('embeddings drawn', () => plantedSearch(flags))
  const products = flags.products === 'kernel' ? await openDotProducts() : undefined
  const pair = { query: task.query.embeddings, gallery: task.gallery.embeddings, dim: task.dim }
  const measured = (what: string, scores: () => ScoreSource) =>
    timed(
      what,
      () => evaluate({ ...task, scores: scores() }),
      (metrics) => metrics,
    )
  measured('evaluated', () => dotSource(pair, products))
  if (flags.reRank) measured('re-ranked and evaluated', () => reRanked(pair, products && { products }))
  process.stdout.write(`${flags.queries} × ${flags.gallery} × ${flags.dim}, products by ${flags.products}\n`)
  process.stdout.write(`${text(rows, truth)}\n`)
  await writeJson(flags.json, { command: 'bench evaluation', ...flags, truth, rows })
}

function text(rows: readonly Row[], truth: Partial<RankingMetrics>): string {
  const figures = (metrics: Partial<RankingMetrics> | undefined) =>
    [metrics?.rank1, metrics?.rank5, metrics?.mAP, metrics?.mINP].map((value) => value?.toFixed(4))
  return table(
    ['', 'seconds', 'of processor', 'peak memory', 'rank-1', 'rank-5', 'mAP', 'mINP'],
    [
      ...rows.map(({ what, seconds, processorSeconds, peakBytes, metrics }) => [
        what,
        seconds.toFixed(2),
        processorSeconds.toFixed(2),
        megabytes(peakBytes),
        ...figures(metrics),
      ]),
      ['as planted', undefined, undefined, undefined, ...figures(truth)],
    ],
  )
}
