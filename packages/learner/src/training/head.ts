/**
 * The identity head of one client: a linear classifier over its own identities, which stays with the client for ever.
 * Rows are remembered by identity, so that a client whose crops change keeps what it knows of the people who remain.
 */
import { rng, rowsOf } from '@passerby/reid'
import { LearnerError } from '../learner-error.ts'

/** Where heads are kept between rounds and reloads: OPFS in a page, a folder or a map in Node. */
export interface Memory {
  /** The bytes saved last under this key. */
  load(key: string): Promise<Uint8Array | undefined>
  save(key: string, bytes: Uint8Array): Promise<void>
}

/** Per identity `embedding` weights and one bias. */
export type HeadRows = ReadonlyMap<string, Float32Array>

/** One head per federation and embedding size. */
export function headKey(federation: string, embedding: number): string {
  return `head-${embedding}-${federation}`
}

/**
 * The flat head of some identities, in their order: kernel `[embedding, identities]`, then bias `[identities]`. An
 * identity without a row gets PyTorch's default, uniform in ±1/√embedding, from a stream of its own.
 */
export function assembleHead(
  rows: HeadRows,
  { identities, embedding, seed }: { identities: readonly string[]; embedding: number; seed: number },
): Float32Array {
  const count = identities.length
  const head = new Float32Array((embedding + 1) * count)
  for (const [column, identity] of identities.entries()) {
    const row = rows.get(identity) ?? firstRow(identity, embedding, seed)
    for (let i = 0; i <= embedding; i++) head[i * count + column] = row[i]
  }
  return head
}

/** The rows of a flat head. */
export function headRows(head: Float32Array, identities: readonly string[]): HeadRows {
  const count = identities.length
  return new Map(
    identities.map((identity, column) => [
      identity,
      Float32Array.from({ length: head.length / count }, (_, i) => head[i * count + column]),
    ]),
  )
}

/** What a flat head says of embeddings, both row by row: `images × identities`. Throws `RangeError` for no head of them. */
export function headLogits(embeddings: Float32Array, head: Float32Array, embedding: number): Float32Array {
  const identities = head.length / (embedding + 1)
  if (!Number.isInteger(identities))
    throw new RangeError(`headLogits: ${head.length} values are no head for ${embedding} numbers`)
  const images = rowsOf(embeddings, embedding)
  const bias = head.subarray(embedding * identities)
  const logits = new Float32Array(images * identities)
  for (let image = 0; image < images; image++) {
    for (let identity = 0; identity < identities; identity++) {
      let sum = bias[identity]
      for (let i = 0; i < embedding; i++) sum += embeddings[image * embedding + i] * head[i * identities + identity]
      logits[image * identities + identity] = sum
    }
  }
  return logits
}

function firstRow(identity: string, embedding: number, seed: number): Float32Array {
  const random = rng(seed, 'head', identity)
  const bound = 1 / Math.sqrt(embedding)
  return Float32Array.from({ length: embedding + 1 }, () => random.between(-bound, bound))
}

const HEADER_BYTES = 4

/** Length of the identities' JSON as a little-endian integer, the JSON padded to 4 bytes, then the rows as float32. */
export function encodeHead(rows: HeadRows): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify([...rows.keys()]))
  const start = HEADER_BYTES + Math.ceil(json.length / 4) * 4
  const values = [...rows.values()]
  const bytes = new Uint8Array(start + values.reduce((size, row) => size + row.byteLength, 0))
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, HEADER_BYTES)
  let offset = start
  for (const row of values) {
    bytes.set(new Uint8Array(row.buffer, row.byteOffset, row.byteLength), offset)
    offset += row.byteLength
  }
  return bytes
}

/** Inverse of `encodeHead`. Throws `LearnerError` ('memory') when the bytes are no head of that embedding size. */
export function decodeHead(bytes: Uint8Array, embedding: number): HeadRows {
  try {
    const whole = bytes.slice()
    const length = new DataView(whole.buffer).getUint32(0, true)
    const names: unknown = JSON.parse(new TextDecoder().decode(whole.subarray(HEADER_BYTES, HEADER_BYTES + length)))
    if (!Array.isArray(names)) throw new TypeError('its identities are no list')
    const values = new Float32Array(whole.buffer, HEADER_BYTES + Math.ceil(length / 4) * 4)
    const width = embedding + 1
    if (values.length !== names.length * width)
      throw new TypeError(`${values.length} values, ${names.length} identities`)
    return new Map(names.map((name, row) => [String(name), values.slice(row * width, (row + 1) * width)]))
  } catch (cause) {
    throw new LearnerError(
      'memory',
      'The identity head kept on this device cannot be read: delete it and train anew.',
      { cause },
    )
  }
}
