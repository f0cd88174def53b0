/** The directory at the end of a .zip (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16), with ZIP64. */
import { CropsError } from './errors.ts'

export interface ZipEntry {
  /** Path with `/` between folders. */
  readonly name: string
  readonly method: number
  readonly encrypted: boolean
  readonly compressedSize: number
  readonly size: number
  /** Where its local header starts. */
  readonly offset: number
}

export const LOCAL_HEADER_BYTES = 30
const END_BYTES = 22
const MAX_COMMENT_BYTES = 0xffff
const ZIP64_LOCATOR_BYTES = 20
const ZIP64_END_BYTES = 56
const ENTRY_BYTES = 46
const IN_ZIP64 = 0xffff_ffff

/** A directory beyond this is an attack: 64 MB hold half a million names. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024

/** All entries, in the archive's order. Throws `CropsError('archive')`. */
export async function centralDirectory(archive: Blob): Promise<ZipEntry[]> {
  const { offset, size } = await findDirectory(archive)
  if (size > MAX_DIRECTORY_BYTES) throw bad('lists too many files')
  const view = await viewOf(archive, offset, size)
  if (view.byteLength < size) throw bad('is cut off')
  const entries: ZipEntry[] = []
  for (let at = 0; at + ENTRY_BYTES <= size;) {
    if (view.getUint32(at, true) !== 0x02014b50) throw bad('has a damaged directory')
    const flags = view.getUint16(at + 8, true)
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const next = at + ENTRY_BYTES + nameLength + extraLength + view.getUint16(at + 32, true)
    if (next > size) throw bad('has a damaged directory')
    const name = new Uint8Array(view.buffer, view.byteOffset + at + ENTRY_BYTES, nameLength)
    entries.push({
      name: decodeName(name, (flags & 0x800) !== 0),
      method: view.getUint16(at + 10, true),
      encrypted: (flags & 1) !== 0,
      ...sizesOf(view, at, { start: at + ENTRY_BYTES + nameLength, end: at + ENTRY_BYTES + nameLength + extraLength }),
    })
    at = next
  }
  return entries
}

/** Where an entry's data starts. Throws `CropsError('unreadable')` when there is no local header. */
export function localDataOffset(header: Uint8Array, offset: number): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (view.byteLength < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== 0x04034b50)
    throw new CropsError('unreadable', 'damaged in the archive')
  return offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true)
}

async function findDirectory(archive: Blob): Promise<{ offset: number; size: number }> {
  const tailStart = Math.max(0, archive.size - END_BYTES - MAX_COMMENT_BYTES)
  const tail = await viewOf(archive, tailStart, archive.size - tailStart)
  let end = tail.byteLength - END_BYTES
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0) throw bad('is no .zip file, or is cut off')
  if (tail.getUint16(end + 4, true) !== 0 && tail.getUint16(end + 4, true) !== 0xffff)
    throw bad('is one part of several')
  const size = tail.getUint32(end + 12, true)
  const offset = tail.getUint32(end + 16, true)
  if (offset !== IN_ZIP64 && size !== IN_ZIP64 && tail.getUint16(end + 10, true) !== 0xffff) return { offset, size }
  const locatorAt = end - ZIP64_LOCATOR_BYTES
  if (locatorAt < 0 || tail.getUint32(locatorAt, true) !== 0x07064b50) return { offset, size }
  const long = await viewOf(archive, uint64(tail, locatorAt + 8), ZIP64_END_BYTES)
  if (long.byteLength < ZIP64_END_BYTES || long.getUint32(0, true) !== 0x06064b50) throw bad('has a damaged directory')
  return { size: uint64(long, 40), offset: uint64(long, 48) }
}

/** Sizes and place; what does not fit 32 bits stands in the ZIP64 field (header id 1), in this order, if at all. */
function sizesOf(view: DataView, at: number, extra: { start: number; end: number }) {
  let size = view.getUint32(at + 24, true)
  let compressedSize = view.getUint32(at + 20, true)
  let offset = view.getUint32(at + 42, true)
  for (let field = extra.start; field + 4 <= extra.end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue
    let place = field + 4
    const next = () => {
      if (place + 8 > extra.end) throw bad('has a damaged directory')
      place += 8
      return uint64(view, place - 8)
    }
    if (size === IN_ZIP64) size = next()
    if (compressedSize === IN_ZIP64) compressedSize = next()
    if (offset === IN_ZIP64) offset = next()
  }
  return { size, compressedSize, offset }
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32
}

/** Names are UTF-8 where the archive says so, and often where it does not; what is neither is read byte by byte. */
function decodeName(bytes: Uint8Array, utf8: boolean): string {
  const decoder = new TextDecoder('utf-8', { fatal: !utf8 })
  try {
    return decoder.decode(bytes).replaceAll('\\', '/')
  } catch {
    return String.fromCharCode(...bytes).replaceAll('\\', '/')
  }
}

async function viewOf(archive: Blob, start: number, length: number): Promise<DataView> {
  return new DataView(await archive.slice(start, start + length).arrayBuffer())
}

const bad = (what: string) => new CropsError('archive', `The archive ${what}: pack it again as an ordinary .zip`)
