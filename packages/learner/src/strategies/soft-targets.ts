import type { SoftTargets } from '@passerby/federation'
import { normalizeRows, rowsOf } from '@passerby/reid'

/**
 * What a teacher says of images, from its plain embeddings of them, both `images × embedding` (ALGORITHMS 2.4): embeddings of
 * length 1 (one of zeros stays zero), or softmax(embedding / temperature), whose rows add up to 1.
 */
export function softTargetsOf(embeddings: Float32Array, embedding: number, targets: SoftTargets): Float32Array {
  if (targets.of === 'embeddings') return normalizeRows(embeddings, embedding)
  return softmaxRows(embeddings, embedding, targets.temperature)
}

function softmaxRows(values: Float32Array, width: number, temperature: number): Float32Array {
  const rows = rowsOf(values, width)
  const shares = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    const of = values.subarray(row * width, (row + 1) * width)
    const largest = of.reduce((max, value) => Math.max(max, value), -Infinity)
    const powers = Array.from(of, (value) => Math.exp((value - largest) / temperature))
    const total = powers.reduce((sum, power) => sum + power, 0)
    for (const [i, power] of powers.entries()) shares[row * width + i] = power / total
  }
  return shares
}
