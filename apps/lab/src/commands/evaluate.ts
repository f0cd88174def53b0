import type { RankingMetrics } from '@passerby/reid'
import { Command, Option } from 'commander'
import { availableParallelism } from 'node:os'
import { type EvaluationPixels, readEvaluations } from '../corpus/corpus.ts'
import { openDataSets } from '../corpus/open.ts'
import { LabError } from '../errors.ts'
import { type EmbeddedPair, embedPair, evaluationImages, measure, rawPixels } from '../measure/measure.ts'
import { type Size, size, whole } from '../settings/arguments.ts'
import { type SourceFlags, addSourceOptions } from '../settings/data.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { table } from '../terminal/table.ts'
import { writeJson } from '../terminal/write-json.ts'
import { openModel } from '../work/model-choice.ts'
import { trainingPool } from '../work/training-pool.ts'

interface EvaluateFlags extends SourceFlags {
  readonly model?: string
  readonly size?: Size
  readonly rawPixels: boolean
  readonly workers: number
  readonly json?: string
}

/** Where a model file does not tell its input size. */
const DEFAULT_SIZE: Size = { height: 128, width: 64 }

const EXAMPLES = `
Data sets are read from their query and gallery parts (bounding_box_test is a gallery), or from a validation part:
its first camera searched in its last. A gallery image of the query's identity and camera is ignored (Market rule).

Examples:
  lab evaluate --model model.safetensors --data reid-data
  lab evaluate --model model.safetensors --data reid-data/market1501 --raw-pixels --json figures.json
  lab evaluate --raw-pixels --data reid-data`

export function evaluateCommand(): Command {
  const command = new Command('evaluate').description('Measures a model on query and gallery images: CMC, mAP, mINP.')
  return addSourceOptions(command, { people: 60, cameras: 4 })
    .option('--model <file>', 'model to measure (safetensors)')
    .addOption(
      new Option('--size <HxW>', 'input size (default: what the model file tells, else 128x64)').argParser(size),
    )
    .option('--raw-pixels', 'measure the pixels themselves too, 16×8 and mean-free', false)
    .option('--workers <n>', 'worker threads', whole(1, 256), availableParallelism())
    .option('--json <file>', 'figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(command.opts<EvaluateFlags>()))
}

async function run(flags: EvaluateFlags): Promise<void> {
  if (flags.model === undefined && !flags.rawPixels)
    throw new LabError('unusable', 'Nothing to measure: give --model FILE, --raw-pixels, or both')
  const progress = terminalProgress()
  const model = flags.model === undefined ? undefined : await openModel(flags.model)
  const input = flags.size ?? model?.size ?? DEFAULT_SIZE
  const evaluations = await readEvaluations(await openDataSets(flags), { size: input, progress })
  if (evaluations.length === 0)
    throw new LabError('no-images', `${flags.data} has neither query and gallery parts nor a validation part`)
  const rows: MeasuredRow[] = []
  if (model) {
    const embedder = trainingPool({
      size: flags.workers,
      choice: model.choice,
      clients: new Map(),
      images: evaluationImages(evaluations),
    })
    try {
      for (const set of evaluations) {
        const embedded = await embedPair(set, model.backbone, { embedder, dim: model.choice.embedding })
        rows.push(measured(set, embedded, 'model'))
      }
    } finally {
      await embedder.close()
    }
  }
  if (flags.rawPixels) rows.push(...evaluations.map((set) => measured(set, rawPixels(set), 'raw pixels')))
  process.stdout.write(`${metricsTable(rows)}\n`)
  await writeJson(flags.json, { command: 'evaluate', model: flags.model, data: flags.data, size: input, rows })
}

interface MeasuredRow extends RankingMetrics {
  readonly set: string
  readonly what: 'model' | 'raw pixels'
  readonly gallery: number
  /** mAP by the trapezoid definition; `mAP` is by rectangles. */
  readonly mAPTrapezoid: number
}

function measured(set: EvaluationPixels, embedded: EmbeddedPair, what: MeasuredRow['what']): MeasuredRow {
  const { mAP } = measure(set, embedded, 'trapezoid')
  return { set: set.name, what, gallery: set.gallery.names.length, ...measure(set, embedded), mAPTrapezoid: mAP }
}

function metricsTable(rows: readonly MeasuredRow[]): string {
  return table(
    ['data set', '', 'queries', 'gallery', 'rank-1', 'rank-5', 'rank-10', 'mAP', 'mAP trapezoid', 'mINP'],
    rows.map((row) => [
      row.set,
      row.what,
      row.queries,
      row.gallery,
      ...[row.rank1, row.rank5, row.rank10, row.mAP, row.mAPTrapezoid, row.mINP].map((value) => value.toFixed(1)),
    ]),
  )
}
