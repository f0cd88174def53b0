import {
  type Backbone,
  backboneByName,
  embeddingSize,
  initialise,
  parametersOf,
  parameterSize,
} from '@passerby/backbones'
import { describeMisfits, fitsWhole, importParameters, type Misfits } from '@passerby/weights'
import { extname } from 'node:path'
import { LabError } from '../errors.ts'
import type { Size } from '../settings/arguments.ts'
import { refuseToReplace } from '../work/files.ts'
import { type BackboneChoice, layoutOf, writeModel } from '../work/models.ts'
import { readForeignFile } from './foreign-file.ts'

export interface ImportOptions extends BackboneChoice {
  readonly out: string
  /** Takes what fits; the rest is drawn from the seed. */
  readonly partial: boolean
  /** Of the backbone's values, what has to fit: by default half. */
  readonly atLeast?: number
  /** Replace what is there at `out`. */
  readonly force?: boolean
  readonly seed: number
  readonly input: Size
}

/** A file that has less of a backbone is of another one. */
export const AT_LEAST = 0.5

/** Writes a model with the parameters of a foreign file. Returns what there is to say. Throws `LabError` when they do not fit. */
export async function importWeights(path: string, options: ImportOptions): Promise<readonly string[]> {
  const { partial, atLeast = AT_LEAST, seed, out, input } = options
  if (extname(out) !== '.safetensors')
    throw new LabError('unusable', `--out ${out}: our models are safetensors files: end it in .safetensors`)
  await refuseToReplace([out], options.force ?? false)
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
  const share = shareTaken(backbone, misfits)
  if (share < atLeast)
    throw new LabError(
      'unusable',
      [
        `${path} has ${taken} of ${all} tensors of ${backbone.name}, ${percent(share)} of its values: choose another --backbone, or insist with --at-least 0`,
        ...lines,
      ].join('\n  '),
    )
  const choice = { backbone: backbone.name, embedding: embeddingSize(backbone) }
  await writeModel(out, { layout: layoutOf(choice), values }, { ...choice, input })
  const part = taken === all ? '' : `, ${percent(share)} of its values,`
  const rest = taken === all ? '' : `; the rest is drawn from seed ${seed}`
  return [
    ...lines,
    `${out}: ${taken} of ${all} tensors of ${backbone.name}${part} from ${path} (${file.format})${rest}`,
  ]
}

/** Of the backbone's values, those that the file gave. */
function shareTaken(backbone: Backbone, { missing, shapes }: Misfits): number {
  const open = new Set([...missing, ...shapes.map(({ parameter }) => parameter)])
  const sizes = parametersOf(backbone).map((parameter) => [parameterSize(parameter), open.has(parameter.name)] as const)
  const sum = (some: typeof sizes) => some.reduce((total, [size]) => total + size, 0)
  return 1 - sum(sizes.filter(([, open]) => open)) / sum(sizes)
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
