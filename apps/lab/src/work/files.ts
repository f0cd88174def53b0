/** Files that a person names: what is wrong with them is told in words, and none is overwritten unasked. */
import { readFile, readdir, stat } from 'node:fs/promises'
import { LabError } from '../errors.ts'

/** `what` begins the sentence: 'The model file', say; `advice` ends it. Throws `LabError` that tells why it cannot be read. */
export function readNamed(file: string, what: string, advice = ''): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new LabError('not-found', `${what} ${file} cannot be read: ${reasonFor(cause)}${advice}`, cause)
  })
}

function reasonFor(cause: unknown): string {
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case 'EISDIR':
      return 'it is a folder'
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
      return 'it is not yours to read'
    default:
      return cause instanceof Error ? cause.message : String(cause)
  }
}

/** Throws `LabError` where one of these files is there already, or a folder of that name with something in it, unless `force`. */
export async function refuseToReplace(places: readonly string[], force: boolean): Promise<void> {
  if (force) return
  for (const place of places) {
    const there = await stat(place).catch(() => undefined)
    if (!there || (there.isDirectory() && (await readdir(place)).length === 0)) continue
    throw new LabError('unusable', `${place} is there already: choose another name, or add --force to replace it`)
  }
}
