import { rng } from '@passerby/reid'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { locateWasmFiles } from '../browser.ts'
import { createLearner } from '../learner.ts'
import type { LocalSettings, LossSettings } from '../settings.ts'
import { FEDPAV, memoryOf, paintPeople, TINY_SETTINGS, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { openSupervision } from './supervision.ts'
import { smoothedTargets } from './loss.ts'

beforeAll(locateWasmFiles)

/** A software driver compiles every shader within the first step. */
const timeout = 120_000

const labels = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]
const numbers = (name: string) => {
  const random = rng(2, name)
  return Float32Array.from({ length: labels.length * 33 }, () => random.normal())
}

/** Loss and gradient of the second of two batches, whose centres the first has left. */
async function secondBatch(loss: LossSettings): Promise<readonly number[]> {
  const supervision = openSupervision(loss, 3)
  const [first, second] = ['first', 'second'].map((name) =>
    tf.tidy(() => {
      const targets = tf.tensor2d(smoothedTargets(labels, 3, 0.1), [labels.length, 3])
      const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => {
        const embeddings = x as tf.Tensor2D
        const logits = tf.slice(embeddings, [0, 0], [-1, 3])
        return supervision.loss({ embeddings, logits, targets, labels })
      })(tf.tensor2d(numbers(name), [labels.length, 33]))
      return [value, grad]
    }),
  )
  const values = await Promise.all(second.map((tensor) => tensor.data()))
  tf.dispose([first, second])
  supervision.dispose()
  return values.flatMap((some) => [...some])
}

describe('losses between embeddings on WebGPU', { timeout }, () => {
  it.each<[string, Partial<LossSettings>]>([
    ['triplets', { triplet: 1 }],
    ['soft triplets', { triplet: 1, softMargin: true }],
    ['centres', { centre: 0.5 }],
    ['all together', { identity: 0.5, triplet: 2, centre: 0.01 }],
  ])('%s are as on cpu, and keep no tensor', async (_, changes) => {
    const loss = { ...TINY_SETTINGS.loss, ...changes }
    await tf.setBackend('cpu')
    const expected = await secondBatch(loss)
    await useBackend('webgpu')
    const { numTensors } = tf.memory()
    const actual = await secondBatch(loss)
    expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-5)
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it('and whole rounds with them, erased and coloured images, dropout and clipped Adam are as on wasm', async () => {
    const settings: LocalSettings = {
      ...TINY_SETTINGS,
      batchSize: 12,
      backboneRate: 1e-3,
      headRate: 1e-3,
      optimiser: 'adam',
      clip: 5,
      loss: { ...TINY_SETTINGS.loss, triplet: 1, centre: 0.005 },
      dropout: 0.2,
      sampling: { by: 'identity', imagesEach: 3 },
      erasing: { ...TINY_SETTINGS.erasing, probability: 0.5 },
      jitter: { brightness: 0.2, contrast: 0.15, saturation: 0.1 },
    }
    const losses: number[] = []
    for (const backend of ['wasm', 'webgpu'] as const) {
      await useBackend(backend)
      const learner = createLearner({ training: paintPeople(6, 6, 1), memory: memoryOf(), federation: 'f' })
      const task = {
        round: 1,
        rounds: 2,
        seed: 1,
        strategy: FEDPAV,
        commonSeed: 3,
        backbone: tinyParameters,
        settings,
      } as const
      const { loss } = await learner.train(task, { signal: new AbortController().signal })
      losses.push(loss)
    }
    expect(losses[1]).toBeCloseTo(losses[0], 3)
  })
})
