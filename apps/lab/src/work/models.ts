/** Model files in and out. */
import { backboneByName, initialise, parametersOf } from '@passerby/backbones'
import { reasonOf } from '@passerby/crops'
import type { Layout, Params } from '@passerby/federation'
import { decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LabError } from '../errors.ts'
import type { Size } from '../settings/arguments.ts'
import { readNamed } from './files.ts'
import { importAdvice } from './foreign.ts'

export interface BackboneChoice {
  readonly backbone: string
  readonly embedding: number
}

/** What a model file tells beside its parameters. */
export interface ModelOrigin extends BackboneChoice {
  readonly input: Size
}

/** The parameters of a backbone by name, shape and role, in the order of the flat buffer. */
export function layoutOf({ backbone, embedding }: BackboneChoice): Layout {
  return parametersOf(backboneByName(backbone, embedding)).map(({ name, shape, role }) => ({ name, shape, role }))
}

/** A first model: drawn from the seed, or read from `file` and brought into the backbone's order. */
export async function initialModel(choice: BackboneChoice, seed: number, file?: string): Promise<Params> {
  const layout = layoutOf(choice)
  if (file === undefined) return { layout, values: initialise(backboneByName(choice.backbone, choice.embedding), seed) }
  const { params } = await readModel(file)
  return fitted(params, layout, `${file} is no model of ${choice.backbone} with ${choice.embedding} values`)
}

export interface ModelContent {
  readonly params: Params
  readonly metadata: Readonly<Record<string, string>>
  /** The whole file. */
  readonly bytes: Uint8Array
}

/** A safetensors file. Throws `LabError`. */
export async function readModel(file: string): Promise<ModelContent> {
  const bytes = await readNamed(file, 'The model file')
  try {
    return { ...decodeSafetensors(bytes), bytes }
  } catch (cause) {
    const advice = importAdvice(file, bytes)
    throw new LabError(
      'unusable',
      advice ? `${file} is no model of ours; ${advice}` : `${file}: ${reasonOf(cause)}`,
      cause,
    )
  }
}

/** Writes a model with what is needed to use it. Makes the folder. */
export async function writeModel(
  file: string,
  model: Params,
  { backbone, embedding, input }: ModelOrigin,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const metadata = { backbone, embedding: String(embedding), input: `${input.height}x${input.width}` }
  await writeFile(file, encodeSafetensors(model, metadata))
}

/** The same parameters in the order of `layout`. Other tensors in the file (a classifier, say) are left out. */
export function fitted(params: Params, layout: Layout, complaint: string): Params {
  const held = new Map<string, { shape: string; values: Float32Array }>()
  let at = 0
  for (const spec of params.layout) {
    const size = spec.shape.reduce((product, side) => product * side, 1)
    held.set(spec.name, { shape: spec.shape.join('×'), values: params.values.subarray(at, at + size) })
    at += size
  }
  const parts = layout.map(({ name, shape }) => {
    const part = held.get(name)
    if (!part) throw new LabError('unusable', `${complaint}: it has no '${name}'`)
    if (part.shape !== shape.join('×'))
      throw new LabError('unusable', `${complaint}: its '${name}' is ${part.shape}, not ${shape.join('×')}`)
    return part.values
  })
  const values = new Float32Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    values.set(part, offset)
    offset += part.length
  }
  return { layout, values }
}
