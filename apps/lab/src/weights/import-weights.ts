import { backboneByName, embeddingSize, initialise, parametersOf } from '@passerby/backbones'
import { describeMisfits, fitsWhole, importParameters } from '@passerby/weights'
import { LabError } from '../errors.ts'
import type { Size } from '../settings/arguments.ts'
import { type BackboneChoice, layoutOf, writeModel } from '../work/models.ts'
import { readForeignFile } from './foreign-file.ts'

export interface ImportOptions extends BackboneChoice {
  readonly out: string
  /** Takes what fits; the rest is drawn from the seed. */
  readonly partial: boolean
  readonly seed: number
  readonly input: Size
}

/** Writes a model with the parameters of a foreign file. Returns what there is to say. Throws `LabError` when they do not fit. */
export async function importWeights(path: string, options: ImportOptions): Promise<readonly string[]> {
  const { partial, seed, out, input } = options
  const backbone = backboneByName(options.backbone, options.embedding)
  const file = await readForeignFile(path)
  const { values, taken, misfits } = importParameters(backbone, file, initialise(backbone, seed))
  const all = parametersOf(backbone).length
  const lines = describeMisfits(misfits)
  const whole = fitsWhole(misfits)
  if (taken === 0 || (!whole && !partial)) {
    const name = `${backbone.name} with ${embeddingSize(backbone)} values`
    const advice =
      taken === 0
        ? 'choose another --backbone'
        : 'choose another --backbone or --embedding, or take what fits with --partial'
    throw new LabError('unusable', [`${path} is not ${name}: ${advice}`, ...lines].join('\n  '))
  }
  const choice = { backbone: backbone.name, embedding: embeddingSize(backbone) }
  await writeModel(out, { layout: layoutOf(choice), values }, { ...choice, input })
  const rest = taken === all ? '' : `; the rest is drawn from seed ${seed}`
  return [...lines, `${out}: ${taken} of ${all} tensors of ${backbone.name} from ${path} (${file.format})${rest}`]
}
