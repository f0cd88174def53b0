/**
 * Files in a .zip, read where they lie: the directory at the archive's end is parsed, and an entry is inflated when
 * it is asked for, so an archive of any size takes no more memory than one crop. A Blob is the browser's and Node's
 * (`fs.openAsBlob`) way to read a file in parts. Sizes are checked while inflating, whatever the archive claims.
 */
import { Inflate } from 'fflate'
import { isClutter } from './clutter.ts'
import type { FileSource } from './crop.ts'
import { CropsError } from './errors.ts'
import { centralDirectory, localDataOffset, LOCAL_HEADER_BYTES, type ZipEntry } from './zip-directory.ts'

/** An entry that claims or inflates to more is refused: no crop is that large. */
const MAX_ENTRY_BYTES = 32 * 1024 * 1024

/** JPEGs hardly shrink and bitmaps rarely beyond a tenth: an archive that promises more is a bomb. */
const MAX_RATIO = 100

/** Compressed bytes inflated at a time: at most a thousandfold more comes out before the size is looked at again. */
const PIECE_BYTES = 4096

/**
 * The files of an archive by name in code-unit order; folders and what systems leave behind are left out. Throws
 * `CropsError('archive')` when it is no zip file, is cut off, or is split over several; a single bad entry only throws
 * when it is read.
 */
export async function zipFiles(archive: Blob): Promise<FileSource[]> {
  const entries = await centralDirectory(archive)
  const unpacked = entries.reduce((sum, entry) => sum + entry.size, 0)
  if (unpacked > MAX_ENTRY_BYTES + MAX_RATIO * archive.size)
    throw new CropsError(
      'archive',
      `The archive would unpack to ${Math.round(unpacked / 1e6)} MB: no images pack that well`,
    )
  return entries
    .filter((entry) => !entry.name.endsWith('/') && !isClutter(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => ({ name: entry.name, size: entry.size, read: () => readEntry(archive, entry) }))
}

async function readEntry(archive: Blob, entry: ZipEntry): Promise<Uint8Array> {
  if (entry.encrypted) throw unreadable('encrypted in the archive')
  if (entry.size > MAX_ENTRY_BYTES) throw unreadable('more than 32 MB: too large for a crop')
  const header = await bytesOf(archive, entry.offset, LOCAL_HEADER_BYTES)
  const compressed = await bytesOf(archive, localDataOffset(header, entry.offset), entry.compressedSize)
  if (compressed.length < entry.compressedSize) throw unreadable('cut off in the archive')
  if (entry.method === STORED) return compressed.length === entry.size ? compressed : Promise.reject(damaged())
  if (entry.method === DEFLATED) return inflate(compressed, entry.size)
  throw unreadable(`compressed by method ${entry.method}: use an ordinary .zip`)
}

const STORED = 0
const DEFLATED = 8

/** Stops at the first byte beyond `size`. */
function inflate(compressed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let length = 0
  const stream = new Inflate((piece) => {
    if (length + piece.length > size) throw damaged()
    bytes.set(piece, length)
    length += piece.length
  })
  try {
    for (let at = 0; at < compressed.length; at += PIECE_BYTES)
      stream.push(compressed.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= compressed.length)
  } catch (error) {
    throw error instanceof CropsError ? error : damaged(error)
  }
  if (length !== size) throw damaged()
  return bytes
}

async function bytesOf(archive: Blob, start: number, length: number): Promise<Uint8Array> {
  return new Uint8Array(await archive.slice(start, start + length).arrayBuffer())
}

const unreadable = (reason: string, cause?: unknown) => new CropsError('unreadable', reason, cause)
const damaged = (cause?: unknown) => unreadable('damaged in the archive', cause)
