import type { SoftTargets } from '@passerby/federation'
import { rng } from '@passerby/reid'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { lossOf, numericGradient } from '../testing/gradients.ts'
import { tf } from '../tf.ts'
import { distillationLoss } from './distillation-loss.ts'

const close = (values: readonly number[], digits = 5) => values.map((value) => expect.closeTo(value, digits))
const towards = (values: readonly (readonly number[])[], targets: SoftTargets) => (embeddings: tf.Tensor2D) =>
  distillationLoss(embeddings, tf.tensor2d(values.map((row) => [...row])), targets)

describe.each(['wasm', 'cpu'] as const)('the distillation loss on %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'wasm') await useBackend('wasm')
    else await tf.setBackend('cpu')
  })

  it('ALGORITHMS 2.4: (0, 0) is .45 from (.3, .9)', () => {
    const { value, gradient } = lossOf(towards([[0.3, 0.9]], { of: 'embeddings' }), [[0, 0]])
    expect(value).toBeCloseTo(0.45, 6)
    expect(gradient).toEqual(close([-0.3, -0.9]))
  })

  it('is a mean over images and values', () => {
    const { value, gradient } = lossOf(
      towards(
        [
          [0, 0],
          [1, 0],
        ],
        { of: 'embeddings' },
      ),
      [
        [2, 0],
        [1, 2],
      ],
    )
    expect(value).toBeCloseTo((4 + 0 + 0 + 4) / 4, 6)
    expect(gradient).toEqual(close([1, 0, 0, 1]))
  })

  it('of scores by hand: (0, 0) at a temperature of 2 towards (¼, ¾)', () => {
    const { value, gradient } = lossOf(towards([[0.25, 0.75]], { of: 'scores', temperature: 2 }), [[0, 0]])
    expect(value).toBeCloseTo(4 * Math.log(2), 5)
    expect(gradient).toEqual(close([2 * (0.5 - 0.25), 2 * (0.5 - 0.75)]))
  })

  it.each<SoftTargets>([{ of: 'embeddings' }, { of: 'scores', temperature: 0.7 }, { of: 'scores', temperature: 4 }])(
    'has the gradient of its value: %o',
    (targets) => {
      const random = rng(3, 'distillation')
      const rows = (low: number) =>
        Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => random.between(low, 1)))
      const wanted = rows(0).map((row) => row.map((value) => value / row.reduce((sum, one) => sum + one, 0)))
      const [loss, at] = [towards(wanted, targets), rows(-1)]
      expect(lossOf(loss, at).gradient).toEqual(close(numericGradient(loss, at), 3))
    },
  )

  it('keeps no tensor', () => {
    const { numTensors } = tf.memory()
    lossOf(towards([[0.25, 0.75]], { of: 'scores', temperature: 2 }), [[0, 0]])
    lossOf(towards([[0.25, 0.75]], { of: 'embeddings' }), [[0, 0]])
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})
