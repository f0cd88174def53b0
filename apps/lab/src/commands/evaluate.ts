import { openDotProducts } from '@passerby/learner'
import { Command, Option } from 'commander'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readEvaluations } from '../corpus/corpus.ts'
import { openDataSets } from '../corpus/open.ts'
import { LabError } from '../errors.ts'
import { assess, type AssessmentOptions } from '../measure/assess.ts'
import {
  type AssessedRow,
  curveRows,
  rankingTable,
  singleShotTable,
  thresholdTable,
  withoutCurve,
} from '../measure/assessment-tables.ts'
import { readEmbeddings } from '../measure/embeddings-file.ts'
import { embedPair, evaluationImages, rawPixels, searchOf } from '../measure/measure.ts'
import { protocolSentence, type Search, searchAmong, searchesIn } from '../measure/searches.ts'
import { number, type Size, size, whole } from '../settings/arguments.ts'
import { type SourceFlags, addSourceOptions } from '../settings/data.ts'
import { type Progress, terminalProgress } from '../terminal/progress.ts'
import { writeJson } from '../terminal/write-json.ts'
import { openModel } from '../work/model-choice.ts'
import { trainingPool } from '../work/training-pool.ts'

interface EvaluateFlags extends SourceFlags {
  readonly model?: string
  readonly size?: Size
  readonly rawPixels: boolean
  readonly workers: number
  readonly embeddings?: string
  readonly galleryEmbeddings?: string
  readonly unmatched: 'skip' | 'zero'
  readonly reRank: boolean
  readonly k1: number
  readonly k2: number
  readonly lambda: number
  /** Draws, or true for the usual number. */
  readonly singleShot?: number | true
  readonly thresholds: boolean
  readonly roc?: string
  readonly json?: string
}

/** Where a model file does not tell its input size. */
const DEFAULT_SIZE: Size = { height: 128, width: 64 }

const EXAMPLES = `
Data sets are read from their query and gallery parts (bounding_box_test is a gallery), or from a validation part:
its first camera searched in its last. A gallery image of the query's identity and camera is ignored (Market rule).
Files of embeddings are read in the same way by the names in them. Where these tell no parts, the first image of each
person in each camera is searched for among all images: another protocol, whose figures do not compare.
mAP is given by both definitions: compare torchreid's with mAP, FedReID's with the trapezoid one and --unmatched zero.

Examples:
  lab evaluate --embeddings embeddings.safetensors --re-rank --thresholds
  lab evaluate --embeddings query.safetensors --gallery-embeddings gallery.safetensors --roc roc.csv
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
    .option('--embeddings <file>', 'evaluate what lab extract wrote, instead of a model')
    .option('--gallery-embeddings <file>', 'search all of --embeddings among all of these')
    .addOption(
      new Option('--unmatched <how>', 'queries without a right image: skip them (torchreid), or count zero (FedReID)')
        .choices(['skip', 'zero'])
        .default('skip'),
    )
    .option('--re-rank', 'also with k-reciprocal re-ranking', false)
    .option('--k1 <n>', 're-ranking: neighbours that must know each other', whole(1, 10_000), 20)
    .option('--k2 <n>', 're-ranking: neighbours that are averaged', whole(1, 10_000), 6)
    .option('--lambda <share>', 're-ranking: share of the original distance', number(0, 1), 0.3)
    .option(
      '--single-shot [draws]',
      "also by CUHK03's rule: one gallery image per identity (default: 100 draws)",
      draws,
    )
    .option('--thresholds', 'also which score tells a right pair from a wrong one', false)
    .option('--roc <file>', 'curve and histogram of scores as CSV')
    .option('--json <file>', 'figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(command.opts<EvaluateFlags>()))
}

const draws = whole(1, 1_000_000)

async function run(flags: EvaluateFlags): Promise<void> {
  const progress = terminalProgress()
  const options: AssessmentOptions = {
    unmatched: flags.unmatched,
    ...(flags.reRank && { reRanking: { k1: flags.k1, k2: flags.k2, lambda: flags.lambda } }),
    ...(flags.singleShot !== undefined && {
      singleShot: { seed: flags.seed, ...(flags.singleShot !== true && { draws: flags.singleShot }) },
    }),
    verification: flags.thresholds || flags.roc !== undefined,
    products: await openDotProducts(),
  }
  const rows: AssessedRow[] = []
  for await (const { what, search, size } of searchesOf(flags, progress)) {
    const found = assess(search, options)
    const [{ queries, matched }] = found
    if (matched === 0)
      throw new LabError(
        'unusable',
        `${search.name}: none of ${search.query.names.length} queries has a right image among ${search.gallery.names.length}, so there is nothing to measure: is it the gallery of these people, seen by other cameras?`,
      )
    if (matched < search.query.names.length)
      progress.say(
        `${search.name}: ${search.query.names.length - matched} of ${search.query.names.length} queries have no right image to find; ${queries} count`,
      )
    rows.push(...found.map((row) => ({ set: search.name, what, ...(size && { size }), ...row })))
  }
  const tables = [rankingTable(rows), singleShotTable(rows), thresholdTable(rows)].filter((text) => text !== undefined)
  process.stdout.write(`${tables.join('\n\n')}\n`)
  if (flags.roc !== undefined) {
    await mkdir(dirname(flags.roc), { recursive: true })
    await pipeline(Readable.from(curveRows(rows)), createWriteStream(flags.roc))
  }
  const { model, embeddings, data } = flags
  await writeJson(flags.json, {
    command: 'evaluate',
    model,
    ...(embeddings === undefined ? { data } : { embeddings }),
    rows: rows.map(withoutCurve),
  })
}

interface AskedSearch {
  readonly what: 'model' | 'raw pixels' | 'embeddings'
  readonly search: Search
  /** Of the images that were embedded. */
  readonly size?: Size
}

function searchesOf(flags: EvaluateFlags, progress: Progress): AsyncIterable<AskedSearch> {
  if (flags.embeddings !== undefined) return searchesInFiles(flags.embeddings, flags, progress)
  if (flags.galleryEmbeddings !== undefined)
    throw new LabError('unusable', '--gallery-embeddings needs --embeddings: the queries')
  if (flags.model === undefined && !flags.rawPixels)
    throw new LabError('unusable', 'Nothing to measure: give --model FILE, --raw-pixels, both, or --embeddings FILE')
  return searchesInImages(flags, progress)
}

async function* searchesInFiles(file: string, flags: EvaluateFlags, progress: Progress): AsyncIterable<AskedSearch> {
  if (flags.model !== undefined || flags.rawPixels)
    throw new LabError('unusable', '--embeddings are evaluated as they are: leave --model and --raw-pixels away')
  const set = await readEmbeddings(file)
  const name = basename(file).replace(/\.safetensors$/, '')
  const searches =
    flags.galleryEmbeddings === undefined
      ? searchesIn(set, name)
      : [searchAmong(set, await readEmbeddings(flags.galleryEmbeddings), name)]
  for (const search of searches) {
    progress.say(protocolSentence(search))
    yield { what: 'embeddings', search }
  }
}

async function* searchesInImages(flags: EvaluateFlags, progress: Progress): AsyncIterable<AskedSearch> {
  const model = flags.model === undefined ? undefined : await openModel(flags.model)
  const input = flags.size ?? model?.size ?? DEFAULT_SIZE
  const evaluations = await readEvaluations(await openDataSets(flags), { size: input, progress })
  if (evaluations.length === 0)
    throw new LabError('no-images', `${flags.data} has neither query and gallery parts nor a validation part`)
  if (model) {
    const embedder = trainingPool({
      size: flags.workers,
      choice: model.choice,
      clients: new Map(),
      images: evaluationImages(evaluations),
    })
    try {
      for (const set of evaluations) {
        const task = progress.begin(`Embedding ${set.name}`, set.query.names.length + set.gallery.names.length)
        let done = 0
        const onImages = (images: number) => task.update((done += images), `${done} images`)
        const embedded = await embedPair(set, model.backbone, {
          embedder,
          dim: model.choice.embedding,
          onImages,
        }).finally(() => task.end())
        yield { what: 'model', search: searchOf(set, embedded), size: input }
      }
    } finally {
      await embedder.close()
    }
  }
  if (flags.rawPixels)
    for (const set of evaluations) yield { what: 'raw pixels', search: searchOf(set, rawPixels(set)) }
}
