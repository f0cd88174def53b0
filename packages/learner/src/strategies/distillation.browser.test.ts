import type { SettingsOf, SoftTargets } from '@passerby/federation'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { locateWasmFiles } from '../browser.ts'
import { createLearner } from '../learner.ts'
import { networkOf } from '../network/network-of.ts'
import { trainedParameters } from '../testing/session-values.ts'
import { FEDPAV, memoryOf, paintPeople, TINY_SETTINGS, tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { distil, softTargets } from './distillation.ts'

const network = networkOf(tinyBackbone)
const publicSet = paintPeople(10, 8, 4)
/** Calm models, from which two implementations stay together for some steps. */
let [teacher, student] = [tinyParameters, tinyParameters]

beforeAll(async () => {
  locateWasmFiles()
  await useBackend('wasm')
  teacher = await trainedParameters(network, { rate: 0.05, steps: 30 })
  student = await trainedParameters(network, { rate: 0.02, steps: 30 })
})

/** A software driver compiles every shader within the first step. */
const timeout = 120_000

/** The largest difference, relative to the largest value. */
function deviation(actual: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  return expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0) / scale
}

describe('FedReID on WebGPU', { timeout }, () => {
  it.each<SoftTargets>([{ of: 'embeddings' }, { of: 'scores', temperature: 0.5 }])(
    'distils as on wasm, and keeps no tensor: %o',
    async (targets) => {
      const run = async () => {
        const values = await softTargets(network, publicSet, { backbone: teacher, targets })
        const task = { backbone: student, values, targets, rate: 5e-3, round: 1, seed: 1 }
        return { values, ...(await distil(network, publicSet, task)) }
      }
      await useBackend('wasm')
      const expected = await run()
      await useBackend('webgpu')
      await run()
      const { numTensors } = tf.memory()
      const actual = await run()
      expect(tf.memory().numTensors).toBe(numTensors)
      expect(deviation(actual.values, expected.values)).toBeLessThan(1e-4)
      expect(deviation(actual.backbone, expected.backbone)).toBeLessThan(1e-4)
      expect(actual.loss).toBeCloseTo(expected.loss, 4)
      expect(deviation(expected.backbone, student)).toBeGreaterThan(1e-3)
    },
  )

  it.each<[string, SettingsOf<'fedpav'>]>([
    ['a sketch', { ...FEDPAV, weighting: 'cosine-features', clustering: { by: 'flattened', images: 8 } }],
    [
      'a share',
      { ...FEDPAV, weighting: 'cosine-logits', distillation: { ...FEDPAV.distillation, teachers: 'private' } },
    ],
  ])('concludes a round with %s as on wasm, and keeps no tensor', async (_, strategy) => {
    // Slow enough that the two stay together.
    const settings = { ...TINY_SETTINGS, backboneRate: 1e-3, headRate: 1e-3 }
    const run = async () => {
      const learner = createLearner({ training: paintPeople(4, 6, 1), memory: memoryOf(), federation: 'f' })
      return await learner.train(
        { round: 1, rounds: 2, seed: 1, strategy, commonSeed: 3, publicSet, backbone: student, settings },
        { signal: new AbortController().signal },
      )
    }
    await useBackend('wasm')
    const expected = await run()
    await useBackend('webgpu')
    await run()
    const { numTensors } = tf.memory()
    const actual = await run()
    expect(tf.memory().numTensors).toBe(numTensors)
    expect(actual.weight / expected.weight).toBeCloseTo(1, 4)
    const scaled = (outcome: typeof actual) => outcome.extras.map((value) => value * outcome.weight)
    expect(deviation(scaled(actual), scaled(expected))).toBeLessThan(1e-4)
    expect(actual.extras.length).toBe(expected.extras.length)
  })
})
