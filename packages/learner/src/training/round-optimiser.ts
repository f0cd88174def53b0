import type { LocalSettings } from '../settings.ts'
import type { Optimiser } from './optimiser.ts'

/** As the paper and PyTorch have it. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** The optimiser that the settings and the strategy ask for. Its state starts anew in every round, as FedReID's does. */
export function roundOptimiser(settings: LocalSettings, proximal: number): Optimiser {
  const { momentum, nesterov, weightDecay } = settings
  const clip = settings.clip > 0 ? { clip: settings.clip } : {}
  if (settings.optimiser === 'adam') return { kind: 'adam', ...ADAM, weightDecay, proximal, ...clip }
  return { kind: 'sgd', momentum, nesterov, weightDecay, proximal, ...clip }
}
