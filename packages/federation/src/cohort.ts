import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/**
 * The clients of one round: a uniform draw without replacement (Fisher–Yates) of `ceil(fraction · present)`, but
 * at least `minClients`. The same seed, round and set of clients give the same cohort, in whatever order they joined.
 * The result is in ascending order. Throws `RangeError` when fewer than `minClients` are present.
 */
export function drawCohort(
  present: Iterable<string>,
  options: { readonly fraction: number; readonly minClients: number; readonly seed: number; readonly round: number },
): readonly string[] {
  const pool = [...present].sort()
  if (pool.length < options.minClients)
    throw new RangeError(`drawCohort: ${pool.length} clients present, ${options.minClients} needed`)
  const size = Math.min(pool.length, Math.max(options.minClients, Math.ceil(options.fraction * pool.length)))
  const generator = xoroshiro128plus(options.seed ^ Math.imul(options.round, 0x9e37_79b1))
  for (let i = 0; i < size; i++) {
    const j = uniformInt(generator, i, pool.length - 1)
    ;[pool[i], pool[j]] = [pool[j], pool[i]]
  }
  return pool.slice(0, size).sort()
}
