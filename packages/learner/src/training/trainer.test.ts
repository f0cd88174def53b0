import { expect, it } from 'vitest'
import { plainNetworkOf } from '../network/plain-network.ts'
import { fedpav } from '../strategies/fedpav.ts'
import { NESTEROV, noisyPixels } from '../testing/session-values.ts'
import { tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { openTrainer } from './trainer.ts'

it('leaves nothing open where the head does not fit the embeddings', async () => {
  await tf.setBackend('cpu')
  const network = plainNetworkOf(tinyBackbone)
  const open = (head: Float32Array) =>
    openTrainer(network, {
      backbone: tinyParameters,
      head,
      pixels: noisyPixels({ batch: 2, height: 32, width: 16 }),
      rates: { backbone: 0.1, head: 0.1 },
      optimiser: NESTEROV,
      objective: fedpav.objective,
    })
  const { embedding } = network.sizes
  open(new Float32Array((embedding + 1) * 2)).dispose()
  const before = tf.memory().numTensors
  expect(() => open(new Float32Array(embedding))).toThrow(RangeError)
  expect(tf.memory().numTensors).toBe(before)
})
