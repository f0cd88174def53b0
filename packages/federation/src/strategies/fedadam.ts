import * as v from 'valibot'
import { serverStep } from '../server-step.ts'
import type { Strategy } from '../strategy.ts'

const decay = v.pipe(v.number(), v.minValue(0), v.maxValue(0.9999))

export const FedAdamSettings = v.pipe(
  v.object({
    name: v.literal('fedadam'),
    rate: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 0.01),
      v.title('Server rate η'),
      v.description('How far a weight goes in a round, about, when its changes agree.'),
    ),
    beta1: v.pipe(
      v.optional(decay, 0.9),
      v.title('First decay β₁'),
      v.description('What is left of the mean change after a round.'),
    ),
    beta2: v.pipe(
      v.optional(decay, 0.99),
      v.title('Second decay β₂'),
      v.description('What is left of the mean squared change after a round.'),
    ),
    tau: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(1e-8), v.maxValue(1)), 1e-3),
      v.title('Adaptivity τ'),
      v.description(
        'Changes much smaller than this keep their proportions; the smaller it is, the more alike all weights move.',
      ),
    ),
  }),
  v.description('Like FedPav, but the server takes a step of Adam along the mean change. Clients do nothing else.'),
)
export type FedAdamSettings = v.InferOutput<typeof FedAdamSettings>

const FIRST = 'first-moment'
const SECOND = 'second-moment'

/**
 * FedAdam (Reddi et al., ICLR 2021, algorithm 2): m ← β₁·m + (1 − β₁)·Δ, v ← β₂·v + (1 − β₂)·Δ², w ← w + η·m / (√v + τ), where
 * Δ = Σ (n_k / n) w_k − w, from m = 0 and v = τ². There is no correction of m and v for where they started, as in the paper;
 * some frameworks add Adam's. Batch-norm statistics are the mean.
 */
export const fedadam = {
  title: 'FedAdam',
  paper: 'https://arxiv.org/abs/2003.00295',
  settings: FedAdamSettings,
  aggregate(state, { mean }, { rate, beta1, beta2, tau }) {
    const first = state.memory[FIRST]?.slice() ?? new Float32Array(mean.values.length)
    const second = state.memory[SECOND]?.slice() ?? new Float32Array(mean.values.length).fill(tau ** 2)
    const global = serverStep({ from: state.global, mean }, (delta, at) => {
      first[at] = beta1 * first[at] + (1 - beta1) * delta
      second[at] = beta2 * second[at] + (1 - beta2) * delta ** 2
      return (rate * first[at]) / (Math.sqrt(second[at]) + tau)
    })
    return { global, memory: { [FIRST]: first, [SECOND]: second } }
  },
} satisfies Strategy<FedAdamSettings>
