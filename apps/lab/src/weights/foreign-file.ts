import { reasonOf } from '@passerby/crops'
import { type ModelFile, readModelFile } from '@passerby/weights'
import { readFile } from 'node:fs/promises'
import { LabError } from '../errors.ts'

/** A file of parameters, of any kind that is understood. Throws `LabError`. */
export async function readForeignFile(path: string): Promise<ModelFile> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new LabError('not-found', `The file ${path} cannot be read`, cause)
  })
  try {
    return readModelFile(bytes)
  } catch (cause) {
    throw new LabError('unusable', `${path}: ${reasonOf(cause)}`, cause)
  }
}
