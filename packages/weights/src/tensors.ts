/** Tensors of foreign files, as float32 whatever they were there. */

/** Row-major, in the layout of the file. A scalar's shape is empty. */
export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** How a file keeps its numbers. */
export type NumberType = 'F32' | 'F16' | 'BF16' | 'F64'

export const BYTES_PER_VALUE: Readonly<Record<NumberType, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 }

/** Product of the dimensions. Throws `RangeError` when they are no counts or too many values. */
export function sizeOf(shape: readonly number[], of: string): number {
  const size = shape.reduce((product, dimension) => product * dimension, 1)
  if (shape.every((one) => Number.isSafeInteger(one) && one >= 0) && size < 2 ** 31) return size
  throw new RangeError(`${of}: the shape ${shape.join('×')} is none`)
}

/** Little-endian numbers as float32. `bytes` is a whole number of values long. */
export function floatsOf(bytes: Uint8Array, type: NumberType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = readers[type]
  const size = BYTES_PER_VALUE[type]
  const values = new Float32Array(bytes.byteLength / size)
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * size)
  return values
}

const readers: Readonly<Record<NumberType, (view: DataView, at: number) => number>> = {
  F32: (view, at) => view.getFloat32(at, true),
  F64: (view, at) => view.getFloat64(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => bfloatToNumber(view.getUint16(at, true)),
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const scratch = new DataView(new ArrayBuffer(4))

/** The upper half of a binary32. */
function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}
