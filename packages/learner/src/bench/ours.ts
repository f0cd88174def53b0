import { networkOf } from '../network/network-of.ts'
import { fedpav } from '../strategies/fedpav.ts'
import { smoothedTargets } from '../training/loss.ts'
import { openTrainer } from '../training/trainer.ts'
import type { Contender } from './contender.ts'
import { CLASSES, LABEL_SMOOTHING, OPTIMISER, type Exercise } from './exercise.ts'
import { plannedOperations } from './planned-operations.ts'

/** Weights, and running statistics. */
const UPDATES = 2

/** What a participant runs. */
export function openOurs(exercise: Exercise): Contender {
  const { backbone, parameters, head, pixels, batches, rates } = exercise
  const network = networkOf(backbone)
  const trainer = openTrainer(network, {
    backbone: parameters,
    head,
    pixels,
    rates,
    optimiser: OPTIMISER,
    objective: fedpav.objective,
  })
  const ready = batches.map(({ placements, labels }) => ({
    images: placements,
    targets: smoothedTargets(labels, CLASSES, LABEL_SMOOTHING),
  }))
  let steps = 0
  return {
    step: () => trainer.step(ready[steps++ % ready.length]),
    plannedKernels() {
      const plan = network.stepPlan({ batch: batches[0].labels.length, height: pixels.height, width: pixels.width })
      return plan ? plan.forward.length + plan.backward.length + UPDATES : 0
    },
    operations: () => plannedOperations(exercise),
    read: async () => (await trainer.read()).backbone,
    dispose: () => trainer.dispose(),
  }
}
