/**
 * Any safetensors file with floating-point tensors; other types are left out by name. Our own model files, whose layout
 * is part of them, are protocol's `decodeSafetensors`.
 */
import type { ModelFile } from './model-file.ts'
import { BYTES_PER_VALUE, floatsOf, type NumberType, sizeOf, type Tensor } from './tensors.ts'

const HEADER_LIMIT_BYTES = 16 * 1024 * 1024

/** Throws `RangeError` that says what is wrong with the file. */
export function readSafetensors(file: Uint8Array): ModelFile {
  const { header, data } = readHeader(file)
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => placed(name, entry, data.byteLength))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  const tensors: Tensor[] = []
  const leftOut: string[] = []
  for (const { name, type, shape, begin, end } of entries) {
    if (begin < covered) throw new RangeError(`safetensors: '${name}' overlaps another tensor`)
    covered = end
    if (!isNumberType(type)) {
      leftOut.push(name)
      continue
    }
    if (end - begin !== BYTES_PER_VALUE[type] * sizeOf(shape, `safetensors: '${name}'`))
      throw new RangeError(`safetensors: '${name}' does not fit its shape ${shape.join('×')}`)
    tensors.push({ name, shape, values: floatsOf(data.subarray(begin, end), type) })
  }
  return { format: 'safetensors', tensors, leftOut, metadata: textsOf(header.__metadata__) }
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (file.byteLength < 8) throw new RangeError('safetensors: the file is shorter than its own header')
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true)
  if (length > HEADER_LIMIT_BYTES || 8 + Number(length) > file.byteLength)
    throw new RangeError('safetensors: the header length is not plausible; the file is none, or is cut off')
  const end = 8 + Number(length)
  const header = parsed(new TextDecoder().decode(file.subarray(8, end)))
  return { header, data: file.subarray(end) }
}

function parsed(json: string): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(json)
  } catch (cause) {
    throw new RangeError('safetensors: the header is not JSON', { cause })
  }
  if (!isRecord(header)) throw new RangeError('safetensors: the header is not an object')
  return header
}

function placed(name: string, entry: unknown, bytes: number) {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new RangeError(`safetensors: '${name}' has no valid type, shape or offsets`)
  const [begin, end] = offsets
  if (begin > end || end > bytes) throw new RangeError(`safetensors: '${name}' lies outside the file; is it cut off?`)
  return { name, type: dtype, shape, begin, end }
}

function isNumberType(type: string): type is NumberType {
  return Object.hasOwn(BYTES_PER_VALUE, type)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

function textsOf(metadata: unknown): ReadonlyMap<string, string> {
  const entries = isRecord(metadata) ? Object.entries(metadata) : []
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
