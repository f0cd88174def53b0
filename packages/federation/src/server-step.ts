import { type Params, withOffsets } from './params.ts'

/**
 * The server's own step in place of the plain mean. Δ = `mean` − `from` is what the clients' training comes to, in each weight;
 * `step` says how far that weight goes, and is called once for each in ascending order of `at`, its place in the flat buffer.
 * Batch-norm statistics are estimates and not steps: they become the mean's, whatever the server does to weights.
 */
export function serverStep(
  { from, mean }: { readonly from: Params; readonly mean: Params },
  step: (delta: number, at: number) => number,
): Params {
  const values = mean.values.slice()
  for (const { role, offset, size } of withOffsets(mean.layout)) {
    if (role !== 'weight') continue
    for (let at = offset; at < offset + size; at++)
      values[at] = from.values[at] + step(mean.values[at] - from.values[at], at)
  }
  return { layout: mean.layout, values }
}
