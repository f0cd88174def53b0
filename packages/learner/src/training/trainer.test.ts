import { countParameters } from '@passerby/backbones'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { plainNetworkOf } from '../network/plain-network.ts'
import { fedpav } from '../strategies/fedpav.ts'
import { NESTEROV, noisyPixels, placementsOf } from '../testing/session-values.ts'
import { tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { smoothedTargets } from './loss.ts'
import { openTrainer, type TrainerOptions } from './trainer.ts'

const network = plainNetworkOf(tinyBackbone)
const { embedding } = network.sizes
const open = (changes: Partial<TrainerOptions> = {}) =>
  openTrainer(network, {
    backbone: tinyParameters,
    head: new Float32Array((embedding + 1) * 2),
    pixels: noisyPixels({ batch: 4, height: 32, width: 16 }),
    rates: { backbone: 0.1, head: 0.1 },
    optimiser: NESTEROV,
    objective: fedpav.objective,
    ...changes,
  })

beforeAll(() => useBackend('wasm'))

it('leaves nothing open where the head does not fit the embeddings', () => {
  open().dispose()
  const before = tf.memory().numTensors
  expect(() => open({ head: new Float32Array(embedding) })).toThrow(RangeError)
  expect(tf.memory().numTensors).toBe(before)
})

describe('a proximal term', () => {
  /** What six steps on one batch leave. */
  async function trainedWith(proximal: number, changes: Partial<TrainerOptions> = {}) {
    const trainer = open({ optimiser: { ...NESTEROV, proximal }, ...changes })
    const batch = { images: placementsOf(4), targets: smoothedTargets([0, 1, 0, 1], 2, 0.1) }
    for (let step = 0; step < 6; step++) trainer.step(batch).dispose()
    const trained = await trainer.read()
    trainer.dispose()
    return trained
  }

  it('keeps the backbone near its start', async () => {
    const { weight: weights } = countParameters(tinyBackbone)
    const wayOf = ({ backbone }: { readonly backbone: Float32Array }) =>
      Math.hypot(...backbone.subarray(0, weights).map((value, i) => value - tinyParameters[i]))
    const head = Float32Array.from({ length: (embedding + 1) * 2 }, (_, i) => (i % 3) - 1)
    const [free, pulled] = [wayOf(await trainedWith(0, { head })), wayOf(await trainedWith(5, { head }))]
    expect(pulled).toBeLessThan(free / 2)
    expect(pulled).toBeGreaterThan(0)
  })

  it('pulls no head: where the backbone stands still, the head becomes what it would without', async () => {
    const standing = { rates: { backbone: 0, head: 0.1 } }
    const [free, pulled] = [await trainedWith(0, standing), await trainedWith(10, standing)]
    expect(pulled.head).toEqual(free.head)
    expect(pulled.head).not.toEqual(new Float32Array(pulled.head.length))
  })
})
