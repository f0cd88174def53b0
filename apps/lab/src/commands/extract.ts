import { type CropSet, dataSetsOf } from '@passerby/crops'
import { directoryFiles } from '@passerby/crops/node'
import { Command, Option } from 'commander'
import { createWriteStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { decoded } from '../corpus/corpus.ts'
import { LabError } from '../errors.ts'
import { embeddingRows } from '../measure/embedding-rows.ts'
import { writeEmbeddings } from '../measure/embeddings-file.ts'
import { type Size, size, whole } from '../settings/arguments.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { refuseToReplace } from '../work/files.ts'
import { openModel } from '../work/model-choice.ts'
import { trainingPool } from '../work/training-pool.ts'

interface ExtractFlags {
  readonly model: string
  readonly data: string
  readonly out: string
  readonly force: boolean
  readonly size?: Size
  readonly workers: number
}

const EXAMPLES = `
Writes OUT.safetensors (tensor 'embeddings', one row per image; names, identities and cameras in its metadata) and
OUT.csv (name, identity, camera, values). Embeddings are flip-summed and of length 1: compare them by dot product.

Example:
  lab extract --model model.safetensors --data crops --out embeddings
  lab evaluate --embeddings embeddings.safetensors`

export function extractCommand(): Command {
  return new Command('extract')
    .description('Writes the embeddings of all images below a folder.')
    .requiredOption('--model <file>', 'model (safetensors)')
    .requiredOption('--data <folder>', 'images; labels are read from their names where these tell any')
    .requiredOption('--out <path>', 'where to write, without an ending')
    .option('--force', 'replace what is there already', false)
    .addOption(
      new Option('--size <HxW>', 'input size (default: what the model file tells, else 128x64)').argParser(size),
    )
    .option('--workers <n>', 'worker threads', whole(1, 256), availableParallelism())
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(command.opts<ExtractFlags>()))
}

async function run(flags: ExtractFlags): Promise<void> {
  const progress = terminalProgress()
  const out = flags.out.replace(/\.(?:safetensors|csv)$/, '')
  await refuseToReplace([`${out}.safetensors`, `${out}.csv`], flags.force)
  const model = await openModel(flags.model)
  const input = flags.size ?? model.size ?? { height: 128, width: 64 }
  const pixels = await decoded(flags.data, await allCrops(flags.data), { size: input, progress })
  const embedder = trainingPool({
    size: flags.workers,
    choice: model.choice,
    clients: new Map(),
    images: new Map([['images', pixels]]),
  })
  const task = progress.begin('Embedding', pixels.names.length)
  let done = 0
  const embeddings = await embedder
    .embed('images', model.backbone, (images) => task.update((done += images), `${done} images`))
    .finally(() => {
      task.end()
      return embedder.close()
    })
  const { names, identities, cameras } = pixels
  const dim = model.choice.embedding
  const set = { names, identities, cameras, embeddings, dim }
  await writeEmbeddings(`${out}.safetensors`, set)
  await pipeline(Readable.from(embeddingRows(set)), createWriteStream(`${out}.csv`))
  progress.say(`${names.length} embeddings of ${dim} values in ${out}.safetensors and ${out}.csv`)
}

/** Every file below a folder, labelled as far as its name tells. */
async function allCrops(directory: string): Promise<CropSet> {
  const files = await directoryFiles(directory).catch((cause: unknown) => {
    throw new LabError('not-found', `There is no readable folder ${directory}: check --data`, cause)
  })
  const sets = dataSetsOf(files, { rootName: '' })
  const labelled = new Map(sets.flatMap(({ parts }) => Object.values(parts).flat()).map((crop) => [crop.name, crop]))
  return files.map((file) => labelled.get(file.name) ?? { ...file, identity: '', camera: '' })
}
