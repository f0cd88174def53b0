/** Round numbers that cover a range: about `wanted` steps of 1, 2 or 5 times a power of ten, outer ones included. */
export function ticks(min: number, max: number, wanted = 5): readonly number[] {
  const span = max > min ? max - min : 1
  const rough = span / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 10 * power
  const first = Math.floor(min / step)
  const last = Math.ceil((max > min ? max : min + span) / step)
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(digits)))
}
