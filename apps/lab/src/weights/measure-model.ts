import { backboneByName } from '@passerby/backbones'
import { measureBatchNorms, useBackend } from '@passerby/learner'
import { decoded, readDataSets } from '../corpus/corpus.ts'
import { LabError } from '../errors.ts'
import type { Progress } from '../terminal/progress.ts'
import { openModel } from '../work/model-choice.ts'
import { writeModel } from '../work/models.ts'

/** Enough for means and variances; a few seconds' work. */
const IMAGES = 512

/**
 * Measures a model's batch norms on training images of a data folder, spread evenly, and writes the model back: it
 * computes the same and can be trained on. Returns what there is to say. Throws `LabError`.
 */
export async function measureModel(
  file: string,
  { data, progress }: { readonly data: string; readonly progress: Progress },
): Promise<string> {
  const { choice, backbone, size } = await openModel(file)
  if (size === undefined) throw new LabError('unusable', `${file} does not tell its input size`)
  const crops = (await readDataSets(data)).flatMap(({ parts }) => parts.train)
  const step = Math.max(1, crops.length / IMAGES)
  const chosen = Array.from({ length: Math.min(IMAGES, crops.length) }, (_, at) => crops[Math.floor(at * step)])
  const pixels = await decoded(data, chosen, { size, progress })
  await useBackend('wasm')
  const values = await measureBatchNorms(backboneByName(choice.backbone, choice.embedding), pixels, {
    parameters: backbone.values,
    images: pixels.names.map((_, image) => image),
  })
  await writeModel(file, { ...backbone, values }, { ...choice, input: size })
  return `${file}: batch norms measured on ${pixels.names.length} images of ${data}`
}
