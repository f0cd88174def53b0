import { reasonOf } from '@passerby/crops'
import { type ModelFile, readModelFile } from '@passerby/weights'
import { LabError } from '../errors.ts'
import { readNamed } from '../work/files.ts'

/** A file of parameters, of any kind that is understood. Throws `LabError`. */
export async function readForeignFile(path: string): Promise<ModelFile> {
  const bytes = await readNamed(path, 'The file')
  try {
    return readModelFile(bytes)
  } catch (cause) {
    throw new LabError('unusable', `${path}: ${reasonOf(cause)}`, cause)
  }
}
