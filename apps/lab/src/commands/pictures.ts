import { evaluationPart } from '@passerby/crops'
import { useBackend } from '@passerby/learner'
import { Command, Option } from 'commander'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { decoded, readEvaluations } from '../corpus/corpus.ts'
import { openDataSets } from '../corpus/open.ts'
import { LabError } from '../errors.ts'
import { embedPair, evaluationImages, rawPixels, searchOf } from '../measure/measure.ts'
import { type Drawn, drawSearch } from '../pictures/draw-search.ts'
import { type Pick, PICKS } from '../pictures/pick-queries.ts'
import { type Size, size, whole } from '../settings/arguments.ts'
import { type SourceFlags, addSourceOptions } from '../settings/data.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { writeJson } from '../terminal/write-json.ts'
import { openModel } from '../work/model-choice.ts'
import { trainingPool } from '../work/training-pool.ts'

interface PicturesFlags extends SourceFlags {
  readonly model?: string
  readonly out: string
  readonly size?: Size
  readonly queries: number
  readonly pick: Pick
  readonly top: number
  readonly leftOut: boolean
  readonly identities: number
  readonly workers: number
  readonly json?: string
}

/** Of the images on sheets. */
const SHOWN: Size = { height: 160, width: 80 }
const DEFAULT_SIZE: Size = { height: 128, width: 64 }

const EXAMPLES = `
For each data set, in the folder --out:
  SET-ranked.png       queries and who was found, best first; right green with a tick, wrong red with a cross
  SET-activations.png  the same queries, where the network answers to them, and both over each other
  SET-components.svg   gallery images of some people along the first two principal components of their embeddings

Examples:
  lab pictures --model model.safetensors --data reid-data --out pictures
  lab pictures --model model.safetensors --data reid-data/market1501 --pick worst --left-out
  lab pictures --data synthetic                                  by the pixels themselves, without a model`

export function picturesCommand(): Command {
  const command = new Command('pictures').description('Draws ranked results, activation maps and embeddings.')
  return addSourceOptions(command, { people: 60, cameras: 4 })
    .option('--model <file>', 'model to look at (safetensors); none: the pixels themselves')
    .option('--out <folder>', 'where to write', 'pictures')
    .addOption(
      new Option('--size <HxW>', 'input size (default: what the model file tells, else 128x64)').argParser(size),
    )
    .option('--queries <n>', 'queries on a sheet', whole(1, 200), 12)
    .addOption(new Option('--pick <which>', 'which queries, by average precision').choices(PICKS).default('random'))
    .option('--top <n>', 'found images per query', whole(1, 50), 10)
    .option(
      '--left-out',
      'show in grey what rankings leave out: junk, and who is searched for in the same camera',
      false,
    )
    .option('--identities <n>', 'people whose embeddings are drawn', whole(2, 35), 12)
    .option('--workers <n>', 'worker threads', whole(1, 256), availableParallelism())
    .option('--json <file>', 'who is on the sheets')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(command.opts<PicturesFlags>()))
}

async function run(flags: PicturesFlags): Promise<void> {
  const progress = terminalProgress()
  const model = flags.model === undefined ? undefined : await openModel(flags.model)
  const sets = await openDataSets(flags)
  const input = flags.size ?? model?.size ?? DEFAULT_SIZE
  const evaluations = await readEvaluations(sets, { size: input, progress })
  if (evaluations.length === 0)
    throw new LabError('no-images', `${flags.data} has neither query and gallery parts nor a validation part`)
  await mkdir(flags.out, { recursive: true })
  const parts = new Map(sets.flatMap((set) => evaluationPart(set) ?? []).map((part) => [part.name, part]))
  const embedder =
    model &&
    trainingPool({
      size: flags.workers,
      choice: model.choice,
      clients: new Map(),
      images: evaluationImages(evaluations),
    })
  const sheets: { readonly set: string; readonly rows: Drawn['rows'] }[] = []
  try {
    if (model) await useBackend('wasm')
    for (const pixels of evaluations) {
      const part = parts.get(pixels.name)
      if (part === undefined) continue
      const embedded =
        model && embedder
          ? await embedPair(pixels, model.backbone, { embedder, dim: model.choice.embedding })
          : rawPixels(pixels)
      const { files, notes, rows } = await drawSearch(
        { pixels, part, search: searchOf(pixels, embedded), model },
        flags,
        (crops) => decoded(pixels.name, crops, { size: SHOWN, progress }),
      )
      if (files.length === 0) progress.say(`${pixels.name}: nobody can be found, so there is nothing to draw`)
      for (const { name, content } of files) {
        await writeFile(join(flags.out, name), content)
        process.stdout.write(`${join(flags.out, name)}\n`)
      }
      for (const note of notes) progress.say(note)
      sheets.push({ set: pixels.name, rows })
    }
  } finally {
    await embedder?.close()
  }
  const { model: file, data } = flags
  await writeJson(flags.json, { command: 'pictures', model: file, data, sheets })
}
