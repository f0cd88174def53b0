import type { Optimiser } from '../../training/optimiser.ts'

/** An optimiser as its formulas have it (training/optimiser.ts), in double precision: the values after all gradients. */
export function optimiserByFormula(
  o: Optimiser,
  from: readonly number[],
  gradients: readonly ArrayLike<number>[],
  rate: number,
): readonly number[] {
  const values = [...from]
  const [first, second] = [values.map(() => 0), values.map(() => 0)]
  gradients.forEach((gradient, step) => {
    const norm = Math.sqrt(values.reduce((sum, _, i) => sum + gradient[i] ** 2, 0))
    const scale = Math.min(1, (o.clip ?? Infinity) / (norm + 1e-6))
    values.forEach((value, i) => {
      const g = gradient[i] * scale + o.weightDecay * value + (o.proximal ?? 0) * (value - from[i])
      if (o.kind === 'sgd') {
        first[i] = o.momentum * first[i] + g
        values[i] -= rate * (o.nesterov ? g + o.momentum * first[i] : first[i])
      } else {
        first[i] = o.beta1 * first[i] + (1 - o.beta1) * g
        second[i] = o.beta2 * second[i] + (1 - o.beta2) * g * g
        const [m, v] = [first[i] / (1 - o.beta1 ** (step + 1)), second[i] / (1 - o.beta2 ** (step + 1))]
        values[i] -= (rate * m) / (Math.sqrt(v) + o.epsilon)
      }
    })
  })
  return values
}
