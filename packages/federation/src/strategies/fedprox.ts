import * as v from 'valibot'
import { StatisticsSetting, averaged } from '../averages.ts'
import type { Strategy } from '../strategy.ts'

export const FedProxSettings = v.pipe(
  v.object({
    name: v.literal('fedprox'),
    proximal: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 0.01),
      v.title('Proximal term μ'),
      v.description('How strongly a client’s backbone is pulled to where the round started it; 0 leaves it free.'),
    ),
    statistics: StatisticsSetting,
  }),
  v.description('Like FedPav, but each client’s backbone is held near the model that the round started from.'),
)
export type FedProxSettings = v.InferOutput<typeof FedProxSettings>

/**
 * FedProx (Li et al., MLSys 2020, algorithm 2): every client's loss has (μ/2)‖w − w_t‖² beside it, which keeps its backbone near
 * the model that it was sent; w ← Σ (n_k / n) w_k as in FedPav. Heads have no such term, since they never travel.
 *
 * The paper draws clients by their share of the images and averages them alike. Cohorts are drawn evenly here, so that images
 * are the weights, as in the authors' code.
 */
export const fedprox = {
  title: 'FedProx',
  paper: 'https://arxiv.org/abs/1812.06127',
  settings: FedProxSettings,
  refuses: ({ clip }, { proximal }) =>
    clip > 0 && proximal > 0
      ? 'Clipping would not see the proximal term, which belongs to the gradient: set one of the two to 0.'
      : undefined,
  aggregate: (state, mean, { statistics }) => ({ ...state, global: averaged(mean, statistics) }),
} satisfies Strategy<FedProxSettings>
