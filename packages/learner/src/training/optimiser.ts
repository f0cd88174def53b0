/** Optimisers as settings: every executor has them as one pass over flat buffers. */
export type Optimiser = (Sgd | Adam) & {
  /**
   * Gradients are first scaled by min(1, clip / (‖g‖ + CLIP_EPSILON)), the norm taken over the flat buffer (PyTorch's
   * `clip_grad_norm_`); absent: left as they are.
   */
  readonly clip?: number
  /**
   * μ of FedProx (Li et al., MLSys 2020, equation 2): the objective gains μ/2·‖value − start‖², start being what the values
   * were at first, so that g ← g + μ·(value − start) in the formulas below; absent or 0: left out. A gradient is clipped
   * before that, without the term, which is why settings refuse the two together.
   */
  readonly proximal?: number
}

/**
 * Stochastic gradient descent as in PyTorch (dampening 0): g ← gradient + decay·value, velocity ← momentum·velocity + g,
 * value ← value − rate·(g + momentum·velocity with Nesterov, else velocity).
 */
export interface Sgd {
  readonly kind: 'sgd'
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

/**
 * Adam as in PyTorch (Kingma & Ba 2015, with decay in the gradient): g ← gradient + decay·value, m ← β₁m + (1 − β₁)g,
 * v ← β₂v + (1 − β₂)g², value ← value − rate·(m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε), t counted from 1.
 */
export interface Adam {
  readonly kind: 'adam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

/** As PyTorch's `clip_grad_norm_` has it. */
export const CLIP_EPSILON = 1e-6

/** What a gradient of that squared norm is multiplied by. */
export function clipScale(squaredNorm: number, clip: number): number {
  return Math.min(1, clip / (Math.sqrt(squaredNorm) + CLIP_EPSILON))
}

/** Adam's rate, and the factor of its second moment, that take the bias out of both moments in step t, counted from 1. */
export function unbiased({ beta1, beta2 }: Pick<Adam, 'beta1' | 'beta2'>, rate: number, t: number) {
  return { rate: rate / (1 - beta1 ** t), second: 1 / (1 - beta2 ** t) }
}
