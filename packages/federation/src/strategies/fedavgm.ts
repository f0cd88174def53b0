import * as v from 'valibot'
import { serverStep } from '../server-step.ts'
import type { Strategy } from '../strategy.ts'

export const FedAvgMSettings = v.pipe(
  v.object({
    name: v.literal('fedavgm'),
    momentum: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.999)), 0.9),
      v.title('Server momentum β'),
      v.description('What is left of the last round’s step in the next one.'),
    ),
    rate: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 1),
      v.title('Server rate'),
      v.description(
        'What the server’s step is multiplied by; with momentum β steps grow to 1 / (1 − β) times a round’s change.',
      ),
    ),
  }),
  v.description('Like FedPav, but the server moves on with momentum from round to round. Clients do nothing else.'),
)
export type FedAvgMSettings = v.InferOutput<typeof FedAvgMSettings>

const MOMENTUM = 'momentum'

/**
 * FedAvgM, server momentum (Hsu et al. 2019): v ← β·v + Δ, w ← w + η·v, where Δ = Σ (n_k / n) w_k − w. The paper has no η, which
 * is 1 then; Reddi et al. (ICLR 2021) tune it. Batch-norm statistics have no momentum: they are the mean.
 */
export const fedavgm = {
  title: 'FedAvgM',
  paper: 'https://arxiv.org/abs/1909.06335',
  settings: FedAvgMSettings,
  aggregate(state, { mean }, { momentum, rate }) {
    const velocity = state.memory[MOMENTUM]?.slice() ?? new Float32Array(mean.values.length)
    const global = serverStep({ from: state.global, mean }, (delta, at) => {
      velocity[at] = momentum * velocity[at] + delta
      return rate * velocity[at]
    })
    return { global, memory: { [MOMENTUM]: velocity } }
  },
} satisfies Strategy<FedAvgMSettings>
