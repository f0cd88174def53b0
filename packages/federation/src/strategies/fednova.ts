import * as v from 'valibot'
import { FederationError } from '../errors.ts'
import { view } from '../params.ts'
import { serverStep } from '../server-step.ts'
import type { Strategy } from '../strategy.ts'

export const FedNovaSettings = v.pipe(
  v.object({ name: v.literal('fednova') }),
  v.description(
    'Like FedPav, but a client that took more steps does not pull harder for it: changes are divided by their length.',
  ),
)
export type FedNovaSettings = v.InferOutput<typeof FedNovaSettings>

const LENGTH = 'fednova.length'
const SQUARE = 'fednova.length.squared'
/** What rounding may take from a length, which is 1 at least, and from a mean square beside the mean's square. */
const TOLERANCE = 1e-3

/**
 * FedNova, normalised averaging (Wang et al., NeurIPS 2020): a client that takes more steps moves further, which FedPav mistakes
 * for a better reason to move. Each change is divided by its length a_k = ‖a_k‖₁, the sum of what its optimiser makes of a
 * gradient over the steps that follow (`stepsTaken` in the client half): w ← w + τ_eff · Σ (n_k / n) (w_k − w) / a_k, where
 * τ_eff = Σ (n_k / n) a_k is how far FedPav would go.
 *
 * It takes sums only. An update weighs n_k / a_k, which is n_k at most since the first step has length 1 or more; so the mean over updates is Σ (n_k / a_k) w_k / Σ (n_k / a_k), and with the
 * means of a_k and of a_k² beside it, Σ n_k / Σ (n_k / a_k) and Σ n_k a_k / Σ (n_k / a_k), the step is
 * (mean of a_k²) / (mean of a_k)² times the mean change. Batch-norm statistics are that mean's and go no further.
 */
export const fednova = {
  title: 'FedNova',
  paper: 'https://arxiv.org/abs/2007.07481',
  settings: FedNovaSettings,
  refuses: ({ optimiser }) =>
    optimiser === 'sgd'
      ? undefined
      : 'FedNova divides by the length of SGD’s steps, and Adam’s have none that is known: let clients train by SGD.',
  extras: () => [
    { name: LENGTH, shape: [1], role: 'summed' },
    { name: SQUARE, shape: [1], role: 'summed' },
  ],
  aggregate(state, { mean, extras }) {
    const [length] = view(extras, LENGTH)
    const [square] = view(extras, SQUARE)
    const factor = square / length ** 2
    if (!(length >= 1 - TOLERANCE && factor >= 1 - TOLERANCE))
      throw new FederationError(
        'wrong-lengths',
        `Some client’s steps are shorter than any can be: a length of ${length} on the mean, of ${square} for the squares. Whose is not seen: take clients out.`,
      )
    return { ...state, global: serverStep({ from: state.global, mean }, (delta) => factor * delta) }
  },
} satisfies Strategy<FedNovaSettings>
