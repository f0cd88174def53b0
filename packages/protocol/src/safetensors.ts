import { type Layout, type Params, type Role, layoutSize, specSize } from '@passerby/federation'

/**
 * Model files: the safetensors format (8-byte little-endian header length, JSON header, data), float32 only.
 * A parameter's role is kept in the file's metadata under `role:<name>`, so that a file written here carries its layout whole;
 * in a file of other origin names ending in `running_mean` and `running_var` are statistics.
 */
const HEADER_LIMIT_BYTES = 16 * 1024 * 1024

/** Encodes parameters as a safetensors file. `metadata` is kept beside them. Throws `RangeError` on a `local` parameter. */
export function encodeSafetensors(params: Params, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = {
    __metadata__: { format: 'pt', ...metadata, ...statisticRoles(params.layout) },
  }
  let offset = 0
  for (const spec of params.layout) {
    if (spec.role === 'local')
      throw new RangeError(`encodeSafetensors: '${spec.name}' is local and never leaves the device`)
    const end = offset + 4 * specSize(spec)
    header[spec.name] = { dtype: 'F32', shape: spec.shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = asciiJson(header)
  const headerBytes = json.length + ((8 - (json.length % 8)) % 8)
  const file = new Uint8Array(8 + headerBytes + offset)
  const dataView = new DataView(file.buffer)
  dataView.setUint32(0, headerBytes, true)
  file.fill(0x20, 8, 8 + headerBytes)
  for (let i = 0; i < json.length; i++) file[8 + i] = json.charCodeAt(i)
  writeFloats(dataView, 8 + headerBytes, params.values)
  return file
}

/** Decodes a safetensors file. Throws `RangeError` that says what is wrong with it. */
export function decodeSafetensors(file: Uint8Array): {
  readonly params: Params
  readonly metadata: Readonly<Record<string, string>>
} {
  const { header, data } = readHeader(file)
  const metadata = stringRecord(header.__metadata__)
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => tensorEntry(name, entry, { bytes: data.byteLength, metadata }))
    .sort((a, b) => a.begin - b.begin)
  const layout: Layout = tensors.map(({ name, shape, role }) => ({ name, shape, role }))
  const values = new Float32Array(layoutSize(layout))
  let at = 0
  let covered = 0
  for (const tensor of tensors) {
    if (tensor.begin !== covered)
      throw new RangeError(`safetensors: '${tensor.name}' overlaps another tensor or leaves a gap`)
    covered = tensor.end
    for (let i = tensor.begin; i < tensor.end; i += 4) values[at++] = data.getFloat32(i, true)
  }
  if (covered !== data.byteLength) throw new RangeError('safetensors: the file holds bytes that belong to no tensor')
  return { params: { layout, values }, metadata }
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; data: DataView } {
  if (file.byteLength < 8) throw new RangeError('safetensors: the file is shorter than its own header')
  const whole = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const length = whole.getUint32(0, true)
  if (whole.getUint32(4, true) !== 0 || length > HEADER_LIMIT_BYTES || 8 + length > file.byteLength)
    throw new RangeError('safetensors: the header length is not plausible; the file is none, or is cut off')
  let json = ''
  for (let i = 0; i < length; i++) json += String.fromCharCode(file[8 + i])
  let header: unknown
  try {
    header = JSON.parse(json)
  } catch (cause) {
    throw new RangeError('safetensors: the header is not JSON', { cause })
  }
  if (!isRecord(header)) throw new RangeError('safetensors: the header is not an object')
  return { header, data: new DataView(file.buffer, file.byteOffset + 8 + length, file.byteLength - 8 - length) }
}

function tensorEntry(
  name: string,
  entry: unknown,
  file: { bytes: number; metadata: Readonly<Record<string, string>> },
) {
  if (!isRecord(entry)) throw new RangeError(`safetensors: '${name}' is not described`)
  if (entry.dtype !== 'F32') throw new RangeError(`safetensors: '${name}' is ${String(entry.dtype)}; convert it to F32`)
  const { shape, data_offsets: offsets } = entry
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new RangeError(`safetensors: '${name}' has no valid shape or offsets`)
  const [begin, end] = offsets
  const role: Role =
    file.metadata[`role:${name}`] === 'statistic' || /(^|\.)running_(mean|var)$/.test(name) ? 'statistic' : 'weight'
  if (end > file.bytes || end - begin !== 4 * specSize({ name, shape, role }))
    throw new RangeError(`safetensors: '${name}' does not fit its shape ${shape.join('×')}`)
  return { name, shape, role, begin, end }
}

function statisticRoles(layout: Layout): Record<string, string> {
  return Object.fromEntries(
    layout.filter((spec) => spec.role === 'statistic').map((spec) => [`role:${spec.name}`, 'statistic']),
  )
}

/** JSON with every character beyond ASCII escaped, so that one character is one byte. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function writeFloats(into: DataView, at: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) into.setFloat32(at + 4 * i, values[i], true)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

function stringRecord(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
