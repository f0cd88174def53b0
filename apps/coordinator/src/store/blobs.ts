import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { dirname, join } from 'node:path'
import { CoordinatorError, systemCode } from '../errors.ts'
import { syncPath, writeWhole } from './files.ts'

/** What a model is named by. */
export interface BlobName {
  readonly sha256: string
  readonly bytes: number
}

/** Model files under their SHA-256, written once and never changed. `durable`: not even a loss of power takes it any more. */
export interface BlobStore {
  /** Whole and readable when it resolves. Putting the same bytes again changes nothing. */
  put(bytes: Uint8Array): Promise<BlobName & { readonly durable: Promise<void> }>
  /** Throws `CoordinatorError` when the file is gone. */
  read(sha256: string): Promise<Uint8Array>
  /** `undefined` when there is no such blob. */
  open(sha256: string): Promise<{ readonly bytes: number; stream(): Readable } | undefined>
  /** Deletes it, if it is there: only what has a name that nothing else can have. */
  drop(sha256: string): Promise<void>
}

/** Few enough reads that a busy process gets round to them. */
const READ_BYTES = 2 ** 20

export function diskBlobs(folder: string): BlobStore {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const path = pathOf(sha256)
      const name = { sha256, bytes: bytes.length }
      if ((await sizeOf(path)) === bytes.length) return { ...name, durable: Promise.resolve() }
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeWhole(path, bytes)
      // All at once. A file that a loss of power leaves without its bytes is of another length, and written again.
      return { ...name, durable: Promise.all([path, dirname(path), folder].map(syncPath)).then(() => undefined) }
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
      return bytes === undefined
        ? undefined
        : { bytes, stream: () => createReadStream(path, { highWaterMark: READ_BYTES }) }
    },
    drop: (sha256) => rm(pathOf(sha256), { force: true }),
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
