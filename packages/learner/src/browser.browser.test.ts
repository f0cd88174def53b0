import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from './backend/choose-backend.ts'
import { gradientError } from './backend/self-check.ts'
import { useBackend } from './backend/use-backend.ts'
import { locateWasmFiles } from './browser.ts'
import { createLearner } from './learner.ts'
import { networkOf } from './network/network-of.ts'
import { FEDPAV, memoryOf, paintPeople, TINY_SETTINGS, tinyBackbone, tinyParameters } from './testing/synthetic.ts'
import { tf } from './tf.ts'

const network = networkOf(tinyBackbone)
const workload = { height: 32, width: 16, batchSize: 8 }
const training = paintPeople(4, 6, 1)

beforeAll(locateWasmFiles)

/** A software driver compiles every shader within the first step. */
const timeout = 120_000

describe.each(['wasm', 'webgpu'] as const)('%s in a browser', { timeout }, (backend) => {
  it("computes the cpu backend's gradients", async () => {
    await useBackend(backend)
    expect(tf.getBackend()).toBe(backend)
    expect(await gradientError()).toBeLessThan(1e-4)
  })

  it('trains a round to finite numbers, and leaves no tensor behind', async () => {
    await useBackend(backend)
    const learner = createLearner({ training, validation: paintPeople(3, 4, 2), memory: memoryOf(), federation: 'f' })
    const { signal } = new AbortController()
    const task = {
      round: 1,
      rounds: 2,
      seed: 1,
      strategy: FEDPAV,
      commonSeed: 3,
      backbone: tinyParameters,
      settings: TINY_SETTINGS,
    }
    await learner.train(task, { signal })
    const { numTensors } = tf.memory()
    const outcome = await learner.train({ ...task, round: 2 }, { signal })
    const figures = await learner.evaluate({ ...task, backbone: outcome.backbone }, { signal })
    expect(outcome.backbone.every(Number.isFinite)).toBe(true)
    expect(outcome.backbone).not.toEqual(tinyParameters)
    expect(figures?.mAP).toBeGreaterThan(0)
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})

describe('chooseBackend in a browser', { timeout }, () => {
  it('passes over a software adapter, and says so', async () => {
    const { backend, trials } = await chooseBackend({ network, workload })
    expect(backend).toBe('wasm')
    expect(trials[0]).toMatchObject({
      name: 'webgpu',
      reason: expect.stringMatching(/swiftshader.*WebAssembly is faster/i),
    })
  })

  it('takes it when told to', async () => {
    const { backend, trials } = await chooseBackend({ only: 'webgpu', network, workload })
    expect(backend).toBe('webgpu')
    expect(trials[0]).toMatchObject({ state: 'chosen', device: expect.stringMatching(/swiftshader/i) })
  })
})
