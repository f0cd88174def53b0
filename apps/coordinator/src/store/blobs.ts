import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { dirname, join } from 'node:path'
import { CoordinatorError, systemCode } from '../errors.ts'
import { syncPath, writeWhole } from './files.ts'

/** What a model is named by. */
export interface BlobName {
  readonly sha256: string
  readonly bytes: number
}

/** Model files under their SHA-256, written once and never changed. */
export interface BlobStore {
  /** Durable when it resolves. Putting the same bytes again changes nothing. */
  put(bytes: Uint8Array): Promise<BlobName>
  /** Throws `CoordinatorError` when the file is gone. */
  read(sha256: string): Promise<Uint8Array>
  /** `undefined` when there is no such blob. */
  open(sha256: string): Promise<{ readonly bytes: number; stream(): Readable } | undefined>
}

export function diskBlobs(folder: string): BlobStore {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const path = pathOf(sha256)
      if ((await sizeOf(path)) !== bytes.length) {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await writeWhole(path, bytes)
        // All at once. A file that a loss of power leaves without its bytes is of another length, and written again.
        await Promise.all([path, dirname(path), folder].map(syncPath))
      }
      return { sha256, bytes: bytes.length }
    },
    async read(sha256) {
      try {
        return await readFile(pathOf(sha256))
      } catch (cause) {
        const what = `The model ${sha256} is missing from ${folder}. Restore it from a backup of the data folder.`
        throw new CoordinatorError('bad-folder', what, { cause })
      }
    },
    async open(sha256) {
      const path = pathOf(sha256)
      const bytes = await sizeOf(path)
      return bytes === undefined ? undefined : { bytes, stream: () => createReadStream(path) }
    },
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
