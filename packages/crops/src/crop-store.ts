/**
 * Imported crops, kept in a `Folder` with their original bytes: packs of about eight megabytes, since tens of
 * thousands of small files are slow everywhere, and an index that is written last. Until it is, the former
 * import stays whole; what an interrupted import left is removed by the next one.
 */
import { concurrently } from './concurrently.ts'
import type { Crop, CropSet, FileWatch } from './crop.ts'
import { CropsError } from './errors.ts'
import type { Folder, FolderUsage } from './folder.ts'

/** What is kept beside the crops, to be shown after a reload. */
export interface ImportRecord {
  /** What was picked: a folder's or archive's name. */
  readonly source: string
  /** How its names were read. */
  readonly pattern: string
}

export interface StoredCrops extends ImportRecord {
  readonly crops: CropSet
}

export interface CropStore {
  /** The last complete import, `undefined` when there is none. Throws `CropsError('storage')` when the index is damaged. */
  load(): Promise<StoredCrops | undefined>
  /** Replaces what is kept. When it fails or is aborted, the former import stays. Gives the crops as they are now kept. */
  save(crops: CropSet, record: ImportRecord, watch?: FileWatch): Promise<StoredCrops>
  /** Deletes everything. */
  clear(): Promise<void>
  usage(): Promise<FolderUsage>
}

const INDEX = 'index.json'
const PACK_BYTES = 8 * 1024 * 1024
const VERSION = 1

/** One crop as the index has it: name, identity, camera, pack number, place and length in the pack. */
type IndexEntry = readonly [name: string, identity: string, camera: string, pack: number, at: number, length: number]

interface Index extends ImportRecord {
  readonly version: typeof VERSION
  /** Counts imports, so that the packs of a new one never overwrite those of the last. */
  readonly generation: number
  readonly crops: readonly IndexEntry[]
}

/** Nothing else may write to `folder`. */
export function openCropStore(folder: Folder): CropStore {
  const readIndex = async (): Promise<Index | undefined> => {
    const bytes = await folder.read(INDEX)
    return bytes && parseIndex(bytes)
  }
  const stored = ({ generation, crops, source, pattern }: Index): StoredCrops => ({
    source,
    pattern,
    crops: crops.map((entry) => storedCrop(folder, generation, entry)),
  })
  const removeAllBut = async (keep: (name: string) => boolean) => {
    for (const name of await folder.list()) if (!keep(name)) await folder.remove(name)
  }
  return {
    async load() {
      const index = await readIndex()
      return index && stored(index)
    },
    async save(crops, record, watch = {}) {
      const former = await readIndex().catch(() => undefined)
      const generation = (former?.generation ?? 0) + 1
      const isFormer = (name: string) => name === INDEX || (former !== undefined && isPackOf(former.generation, name))
      await removeAllBut(isFormer)
      try {
        const entries = await writePacks(folder, generation, { crops, watch })
        const index: Index = { version: VERSION, generation, ...record, crops: entries }
        await folder.write(INDEX, new TextEncoder().encode(JSON.stringify(index)))
        await removeAllBut((name) => name === INDEX || isPackOf(generation, name))
        return stored(index)
      } catch (error) {
        await removeAllBut(isFormer)
        throw error
      }
    },
    async clear() {
      await folder.remove(INDEX)
      await removeAllBut(() => false)
    },
    usage: () => folder.usage(),
  }
}

const packName = (generation: number, pack: number) => `crops.${generation}.${pack}`
const isPackOf = (generation: number, name: string) => name.startsWith(`crops.${generation}.`)

/** Reads some crops ahead, writes them in order. */
async function writePacks(
  folder: Folder,
  generation: number,
  { crops, watch }: { crops: CropSet; watch: FileWatch },
): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = []
  let pack = 0
  let pieces: Uint8Array[] = []
  let length = 0
  const flush = async () => {
    if (pieces.length === 0) return
    const bytes = new Uint8Array(length)
    let at = 0
    for (const piece of pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    await folder.write(packName(generation, pack), bytes)
    pack++
    pieces = []
    length = 0
  }
  for (let start = 0; start < crops.length; start += READ_AHEAD) {
    const batch = crops.slice(start, start + READ_AHEAD)
    const contents = await concurrently(batch, (crop) => crop.read(), watch.signal ? { signal: watch.signal } : {})
    for (const [index, bytes] of contents.entries()) {
      const { name, identity, camera } = batch[index]
      entries.push([name, identity, camera, pack, length, bytes.length])
      pieces.push(bytes)
      length += bytes.length
      if (length >= PACK_BYTES) await flush()
    }
    watch.onProgress?.({ done: start + batch.length, total: crops.length })
  }
  await flush()
  watch.signal?.throwIfAborted()
  return entries
}

const READ_AHEAD = 64

function storedCrop(folder: Folder, generation: number, entry: IndexEntry): Crop {
  const [name, identity, camera, pack, at, length] = entry
  return {
    name,
    identity,
    camera,
    size: length,
    async read() {
      const bytes = await folder.read(packName(generation, pack), { start: at, end: at + length })
      if (bytes?.length === length) return bytes
      throw new CropsError('unreadable', `${name} is no longer stored: import the crops again`)
    },
  }
}

function parseIndex(bytes: Uint8Array): Index {
  try {
    const index: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (isIndex(index)) return index
  } catch (error) {
    throw damaged(error)
  }
  throw damaged()
}

const damaged = (cause?: unknown) =>
  new CropsError('storage', 'The list of stored crops is damaged: import them again', cause)

function isIndex(value: unknown): value is Index {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === VERSION &&
    'generation' in value &&
    Number.isSafeInteger(value.generation) &&
    'crops' in value &&
    Array.isArray(value.crops)
  )
}
