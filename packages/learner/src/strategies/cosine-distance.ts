import { rowsOf } from '@passerby/reid'

/**
 * How far features moved, 0 to 2: the mean over rows of 1 − cos(a, b) (FedReID; ALGORITHMS 2.5). Equal rows give exactly 0. A
 * row of zeros resembles no other, which is a distance of 1, but does resemble one of zeros: then nothing moved. Throws
 * `RangeError` for row counts that differ and without a row.
 */
export function cosineDistance(a: Float32Array, b: Float32Array, width: number): number {
  const rows = rowsOf(a, width)
  if (rows === 0 || a.length !== b.length)
    throw new RangeError(`cosineDistance: ${a.length} values and ${b.length}, in rows of ${width}`)
  let sum = 0
  for (let from = 0; from < a.length; from += width) sum += rowDistance(a, b, { from, to: from + width })
  return sum / rows
}

function rowDistance(a: Float32Array, b: Float32Array, { from, to }: { readonly from: number; readonly to: number }) {
  let [product, aSquared, bSquared] = [0, 0, 0]
  for (let i = from; i < to; i++) {
    product += a[i] * b[i]
    aSquared += a[i] * a[i]
    bSquared += b[i] * b[i]
  }
  if (aSquared === 0 || bSquared === 0) return aSquared === bSquared ? 0 : 1
  // One root of the product, so that it is the product itself where the two are equal.
  return Math.max(0, 1 - product / Math.sqrt(aSquared * bSquared))
}
