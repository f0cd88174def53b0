/** A PyTorch checkpoint's pickle and the bytes of its storages: a zip archive since 1.6, before that one stream. */
import { unzipSync } from 'fflate'
import { type ByteReader, byteReader } from './bytes.ts'
import { type Pickled, unpickle, type Vocabulary } from './pickle.ts'
import { type Storage, torchVocabulary } from './vocabulary.ts'

export interface Archive {
  readonly value: Pickled
  /** Throws `RangeError` when there is none, or one of another length. */
  storage(storage: Storage): Uint8Array
}

/** A pickled integer that stands at the beginning of a stream: 0x1950a86a20f9469cfc6c. */
const STREAM_MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]

/** A zip directory's entry without its name. */
const DIRECTORY_ENTRY_BYTES = 46

/** Throws `RangeError` for what `torch.save` does not write. */
export function openArchive(file: Uint8Array): Archive {
  if (file[0] === 0x50) return zipArchive(file)
  if (STREAM_MAGIC.every((byte, index) => file[index] === byte)) return streamArchive(file)
  throw new RangeError('it is a pickle, but not one of torch.save')
}

function zipArchive(file: Uint8Array): Archive {
  const entries = unzipped(file)
  const pickle = Object.keys(entries).find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  if (pickle === undefined) throw new RangeError('the zip archive is none of PyTorch: it has no data.pkl')
  const root = pickle.slice(0, -'data.pkl'.length)
  const order = entries[`${root}byteorder`]
  if (order && new TextDecoder().decode(order) !== 'little')
    throw new RangeError('its numbers are big-endian: save it again on another machine')
  return {
    value: unpickle(byteReader(entries[pickle]), torchVocabulary),
    storage: (storage) => ofLength(storage, entries[`${root}data/${storage.key}`]),
  }
}

/** Entries as they lie in the file; all together no longer than it. */
function unzipped(file: Uint8Array): Readonly<Record<string, Uint8Array>> {
  let total = 0
  let entries = 0
  const filter = ({
    name,
    size,
    originalSize,
    compression,
  }: {
    name: string
    size: number
    originalSize: number
    compression: number
  }) => {
    // A directory may tell of more entries than it has.
    if (++entries * DIRECTORY_ENTRY_BYTES > file.length) throw new RangeError('its list of entries is damaged')
    if (!/(^|\/)(data\.pkl|byteorder|data\/[^/]+)$/.test(name)) return false
    if (compression !== 0)
      throw new RangeError(`'${name}' is compressed, which PyTorch does not: unzip it and zip it without (zip -0)`)
    total += Math.max(size, originalSize)
    if (total > file.length) throw new RangeError('its entries are larger than the file; it is damaged')
    return true
  }
  try {
    return unzipSync(file, { filter })
  } catch (cause) {
    if (cause instanceof RangeError) throw cause
    throw new RangeError('the zip archive is damaged, or cut off', { cause })
  }
}

/** Five pickles: the magic number, a version, the machine, the value, the keys of the storages, which follow. */
function streamArchive(file: Uint8Array): Archive {
  const reader = byteReader(file)
  const described = new Map<string, Storage>()
  const noting: Vocabulary = {
    ...torchVocabulary,
    persistent(id) {
      const made = torchVocabulary.persistent(id)
      described.set(made.key, made)
      return made
    },
  }
  for (let header = 0; header < 3; header++) unpickle(reader, torchVocabulary)
  const value = unpickle(reader, noting)
  const held = new Map<string, Uint8Array>()
  for (const key of keysOf(unpickle(reader, torchVocabulary))) {
    const storage = described.get(key)
    if (!storage) throw new RangeError(`storage '${key}' belongs to no tensor`)
    held.set(key, nextStorage(reader, storage))
  }
  return { value, storage: (storage) => ofLength(storage, held.get(storage.key)) }
}

function nextStorage(reader: ByteReader, { key, length, bytesPerValue }: Storage): Uint8Array {
  const found = reader.unsigned(8)
  if (found !== length) throw new RangeError(`storage '${key}' has ${found} values, not ${length}`)
  return reader.take(length * bytesPerValue)
}

function keysOf(value: Pickled): readonly string[] {
  if (Array.isArray(value) && value.every((key) => typeof key === 'string')) return value
  throw new RangeError('the storages are not listed')
}

function ofLength({ key, length, bytesPerValue }: Storage, bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new RangeError(`storage '${key}' is not in the file`)
  if (bytes.length === length * bytesPerValue) return bytes
  throw new RangeError(`storage '${key}' is ${bytes.length} bytes long, not ${length * bytesPerValue}`)
}
