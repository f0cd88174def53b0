import { BATCH_NORM_MOMENTUM } from '@passerby/backbones'
import { clipScale, unbiased, type Optimiser } from '../../training/optimiser.ts'
import type { Instance } from './instance.ts'
import type { RegionMemory } from './memory.ts'

export interface OptimiserPass {
  /**
   * Moves weights by their gradient, and running statistics towards the last batch's. What a proximal term pulls to is
   * copied in the first step. Throws `LearnerError` ('out-of-memory') where there is no room for that.
   */
  step(optimiser: Optimiser, rate: number): void
  /** Forgets all state, as before the first step. */
  reset(): void
}

/** An optimiser on an instance's flat buffers (`training/optimiser.ts` has the formulas). */
export function createOptimiserPass(instance: Instance, regions: RegionMemory): OptimiserPass {
  const [squaredNorm, sgd] = [instance.kernel('squaredNorm'), instance.kernel('sgd')]
  const [adam, moveTowards] = [instance.kernel('adam'), instance.kernel('moveTowards')]
  const weights = regions.all('gradient').size
  const statistics = regions.all('statistics').size
  const addressOf = (region: Parameters<RegionMemory['all']>[0]) => regions.address(regions.all(region))
  const [values, gradient, first, second] = [
    addressOf('parameters'),
    addressOf('gradient'),
    addressOf('first'),
    addressOf('second'),
  ]
  const running = regions.address({ region: 'parameters', offset: weights, size: statistics })
  let steps = 0

  const scaleFor = (clip: number | undefined) =>
    clip === undefined ? 1 : clipScale(Number(squaredNorm(gradient, weights)), clip)

  return {
    step(optimiser, rate) {
      const { weightDecay, proximal = 0 } = optimiser
      if (proximal > 0 && steps === 0) regions.keepStart()
      steps++
      const scale = scaleFor(optimiser.clip)
      const pull = [weightDecay, proximal, addressOf('start')] as const
      if (optimiser.kind === 'sgd') {
        const { momentum, nesterov } = optimiser
        sgd(values, gradient, first, weights, scale, rate, ...pull, momentum, nesterov ? 1 : 0)
      } else {
        const { beta1, beta2, epsilon } = optimiser
        const free = unbiased(optimiser, rate, steps)
        adam(values, gradient, first, second, weights, scale, free.rate, ...pull, beta1, beta2, free.second, epsilon)
      }
      moveTowards(running, addressOf('statistics'), statistics, BATCH_NORM_MOMENTUM)
    },
    reset() {
      // Memory that was never written is zero, and costs nothing as long as it is not written.
      if (steps > 0) for (const state of ['first', 'second'] as const) regions.view(regions.all(state)).fill(0)
      steps = 0
    },
  }
}
