import { type Layout, assertTravels, layoutSize } from '@passerby/federation'

/**
 * The plaintext of a sealed update: 'PBU1', the averaging weight as float64, then every travelling parameter as
 * float32 in layout order, little-endian. The layout itself is named by its hash in the header. Its length follows
 * from the layout alone, so nothing can be added to it.
 */
const MAGIC = 0x3155_4250
const PREFIX_BYTES = 16

/** Exact length of an encoded update. */
export function updateBytes(layout: Layout): number {
  return PREFIX_BYTES + 4 * layoutSize(layout)
}

/** Throws `RangeError` when a parameter is `local`, or when the values do not fit the layout. */
export function encodeUpdate(
  layout: Layout,
  update: { readonly values: Float32Array; readonly weight: number },
): Uint8Array {
  assertTravels(layout)
  if (update.values.length !== layoutSize(layout))
    throw new RangeError('encodeUpdate: the values do not fit the layout')
  const bytes = new Uint8Array(updateBytes(layout))
  const into = new DataView(bytes.buffer)
  into.setUint32(0, MAGIC, true)
  into.setFloat64(8, update.weight, true)
  for (let i = 0; i < update.values.length; i++) into.setFloat32(PREFIX_BYTES + 4 * i, update.values[i], true)
  return bytes
}

/** Throws `RangeError` when the bytes are not an update of this layout, or hold a number that is not finite. */
export function decodeUpdate(
  layout: Layout,
  bytes: Uint8Array,
): { readonly values: Float32Array; readonly weight: number } {
  if (bytes.byteLength !== updateBytes(layout))
    throw new RangeError(`decodeUpdate: ${bytes.byteLength} bytes, the layout needs ${updateBytes(layout)}`)
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (from.getUint32(0, true) !== MAGIC || from.getUint32(4, true) !== 0)
    throw new RangeError('decodeUpdate: not an encoded update')
  const weight = from.getFloat64(8, true)
  if (!(weight > 0 && Number.isFinite(weight)))
    throw new RangeError('decodeUpdate: the weight is not a positive number')
  const values = new Float32Array(layoutSize(layout))
  for (let i = 0; i < values.length; i++) values[i] = from.getFloat32(PREFIX_BYTES + 4 * i, true)
  if (!values.every(Number.isFinite)) throw new RangeError('decodeUpdate: a value is not finite')
  return { values, weight }
}
