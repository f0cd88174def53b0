/** Embeddings with names and labels, as a safetensors file: tensor 'embeddings', the rest in the metadata. */
import { reasonOf } from '@passerby/crops'
import { decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LabError } from '../errors.ts'
import { readNamed } from '../work/files.ts'
import type { NamedEmbeddings } from './embedding-rows.ts'

/** Makes the folder. */
export async function writeEmbeddings(file: string, set: NamedEmbeddings): Promise<void> {
  const { names, identities, cameras, embeddings, dim } = set
  await mkdir(dirname(file), { recursive: true })
  await writeFile(
    file,
    encodeSafetensors(
      { layout: [{ name: 'embeddings', shape: [names.length, dim], role: 'weight' }], values: embeddings },
      { names: JSON.stringify(names), identities: JSON.stringify(identities), cameras: JSON.stringify(cameras) },
    ),
  )
}

/** Throws `LabError` when the file cannot be read, or is none that `lab extract` could have written. */
export async function readEmbeddings(file: string): Promise<NamedEmbeddings> {
  const bytes = await readNamed(file, 'The embeddings', '; write them by lab extract')
  try {
    const { params, metadata } = decodeSafetensors(bytes)
    const [tensor, ...others] = params.layout
    if (tensor?.name !== 'embeddings' || tensor.shape.length !== 2 || others.length > 0)
      throw new RangeError("it does not hold one matrix named 'embeddings'")
    const [rows, dim] = tensor.shape
    const list = (name: string) => strings(name, metadata[name], rows)
    return {
      names: list('names'),
      identities: list('identities'),
      cameras: list('cameras'),
      embeddings: params.values,
      dim,
    }
  } catch (cause) {
    throw new LabError('unusable', `${file} is no file of lab extract: ${reasonOf(cause)}`, cause)
  }
}

function strings(name: string, json: string | undefined, rows: number): readonly string[] {
  const list: unknown = json === undefined ? undefined : JSON.parse(json)
  if (!Array.isArray(list) || list.length !== rows || !list.every((item): item is string => typeof item === 'string'))
    throw new RangeError(`its metadata has no ${rows} ${name}`)
  return list
}
