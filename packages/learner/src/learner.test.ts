import { countParameters, type Backbone } from '@passerby/backbones'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from './backend/use-backend.ts'
import type { LearnerProgress, LocalTask } from './interface.ts'
import { LearnerError } from './learner-error.ts'
import { createLearner } from './learner.ts'
import { latestNetwork } from './network/latest-network.ts'
import { networkOf } from './network/network-of.ts'
import type { Network } from './network/network.ts'
import type { LocalSettings } from './settings.ts'
import { FEDPAV, memoryOf, paintPeople, TINY_SETTINGS, tinyBackbone, tinyParameters } from './testing/synthetic.ts'
import { tf } from './tf.ts'
import { assembleHead, decodeHead, headKey } from './training/head.ts'

const training = paintPeople(6, 6, 1)
const validation = paintPeople(5, 4, 2)
const { signal } = new AbortController()
const task = (changes: Partial<LocalTask> = {}): LocalTask => ({
  round: 1,
  rounds: 10,
  seed: 7,
  strategy: FEDPAV,
  commonSeed: 3,
  backbone: tinyParameters,
  settings: TINY_SETTINGS,
  ...changes,
})
const newLearner = (memory = memoryOf()) => createLearner({ training, validation, memory, federation: 'f' })

beforeAll(() => useBackend('wasm'))

/** Hundreds of steps take seconds, and more where other tests run beside them. */
const timeout = 60_000

describe('a local round', { timeout }, () => {
  it('learns: the loss falls over rounds and rank-1 on unseen people rises', async () => {
    const learner = newLearner()
    const before = await learner.evaluate(task(), { signal })
    let { backbone } = task()
    const losses: number[] = []
    for (let round = 1; round <= 8; round++) {
      const outcome = await learner.train(task({ round, backbone }), { signal })
      backbone = outcome.backbone
      losses.push(outcome.loss)
    }
    const after = await learner.evaluate(task({ backbone }), { signal })
    expect(losses.at(0)).toBeGreaterThan(1.5)
    expect(losses.at(-1)).toBeLessThan(1.1)
    expect(after?.mAP).toBeGreaterThan(before?.mAP ?? 100)
    expect(after?.queries).toBe(10)
  })

  it('weighs by its images and leaves the download untouched', async () => {
    const download = tinyParameters.slice()
    const outcome = await newLearner().train(task({ backbone: download }), { signal })
    expect(outcome).toMatchObject({ weight: 36, images: 36 })
    expect(download).toEqual(tinyParameters)
    expect(outcome.backbone).not.toEqual(download)
  })

  it('gives the same result for the same seed and another for another', async () => {
    const [a, b, c] = [
      await newLearner().train(task(), { signal }),
      await newLearner().train(task(), { signal }),
      await newLearner().train(task({ seed: 8 }), { signal }),
    ]
    expect(b.backbone).toEqual(a.backbone)
    expect(b.loss).toBe(a.loss)
    expect(c.backbone).not.toEqual(a.backbone)
  })

  it('reports every step, and the loss at the end of an epoch', async () => {
    const seen: LearnerProgress[] = []
    const settings = { ...TINY_SETTINGS, epochs: 2 }
    await newLearner().train(task({ settings }), { signal, onProgress: (progress) => seen.push(progress) })
    expect(seen.map(({ epoch, step }) => [epoch, step])).toEqual(
      [1, 2].flatMap((epoch) => [1, 2, 3, 4, 5].map((step) => [epoch, step])),
    )
    expect(seen.filter(({ loss }) => loss !== undefined).map(({ step }) => step)).toEqual([5, 5])
  })

  it('multiplies its rates from the milestone on: with factor 0 nothing but statistics moves', async () => {
    const settings = { ...TINY_SETTINGS, schedule: { ...TINY_SETTINGS.schedule, milestones: [3], factor: 0 } }
    const { weight: weights } = countParameters(tinyBackbone)
    const before = await newLearner().train(task({ round: 2, settings }), { signal })
    const after = await newLearner().train(task({ round: 3, settings }), { signal })
    expect(before.backbone.subarray(0, weights)).not.toEqual(tinyParameters.subarray(0, weights))
    expect(after.backbone.subarray(0, weights)).toEqual(tinyParameters.subarray(0, weights))
    expect(after.backbone.subarray(weights)).not.toEqual(tinyParameters.subarray(weights))
  })

  it('learns by triplets and centres from erased, coloured images with Adam on a cosine, the same by the same seed', async () => {
    const settings: LocalSettings = {
      ...TINY_SETTINGS,
      epochs: 2,
      batchSize: 12,
      backboneRate: 0.003,
      headRate: 0.003,
      schedule: { ...TINY_SETTINGS.schedule, kind: 'cosine', floor: 0.01, warmUp: 2 },
      optimiser: 'adam',
      clip: 10,
      loss: { ...TINY_SETTINGS.loss, triplet: 1, centre: 0.005 },
      dropout: 0.2,
      sampling: { by: 'identity', imagesEach: 3 },
      erasing: { ...TINY_SETTINGS.erasing, probability: 0.5 },
      jitter: { brightness: 0.2, contrast: 0.15, saturation: 0.1 },
    }
    const run = async () => {
      const learner = newLearner()
      let { backbone } = task()
      const losses: number[] = []
      for (let round = 1; round <= 10; round++) {
        const outcome = await learner.train(task({ round, backbone, settings }), { signal })
        backbone = outcome.backbone
        losses.push(outcome.loss)
      }
      return { backbone, losses, figures: await learner.evaluate(task({ backbone }), { signal }) }
    }
    const { numTensors } = tf.memory()
    const [first, second] = [await run(), await run()]
    expect(second.losses).toEqual(first.losses)
    expect(second.backbone).toEqual(first.backbone)
    expect(first.losses.at(-1)).toBeLessThan(0.6 * first.losses[0])
    const before = await newLearner().evaluate(task(), { signal })
    expect(first.figures?.mAP).toBeGreaterThan(before?.mAP ?? 100)
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it.each<[string, Partial<LocalSettings>]>([
    ['dropout', { dropout: 0.5 }],
    ['erasing', { erasing: { ...TINY_SETTINGS.erasing, probability: 1 } }],
    ['jitter', { jitter: { brightness: 0.2, contrast: 0, saturation: 0 } }],
    ['clipping', { clip: 0.01 }],
    ['Adam', { optimiser: 'adam' }],
    ['the weight of the loss', { loss: { ...TINY_SETTINGS.loss, identity: 0.5 } }],
    ['centres', { loss: { ...TINY_SETTINGS.loss, centre: 0.1 } }],
    ['warming up', { schedule: { ...TINY_SETTINGS.schedule, warmUp: 2 } }],
    ['batches by identity', { sampling: { by: 'identity', imagesEach: 4 } }],
  ])('is another with %s', async (_, changes) => {
    const plain = await newLearner().train(task(), { signal })
    const changed = await newLearner().train(task({ settings: { ...TINY_SETTINGS, ...changes } }), { signal })
    expect(changed.backbone.every(Number.isFinite)).toBe(true)
    expect(changed.backbone).not.toEqual(plain.backbone)
  })

  it("stays near its download by FedProx's term", async () => {
    const { weight: weights } = countParameters(tinyBackbone)
    const wayWith = async (proximal: number) => {
      const settings = { ...TINY_SETTINGS, epochs: 8 }
      const strategy = { name: 'fedprox', proximal, statistics: 'average' } as const
      const { backbone } = await newLearner().train(task({ settings, strategy }), { signal })
      return Math.hypot(...backbone.subarray(0, weights).map((value, i) => value - tinyParameters[i]))
    }
    const [free, pulled] = [await wayWith(0), await wayWith(10)]
    expect(pulled).toBeLessThan(free / 3)
    expect(pulled).toBeGreaterThan(0)
  })

  it('by triplets alone leaves the head as it was', async () => {
    const memory = memoryOf()
    const loss = { ...TINY_SETTINGS.loss, identity: 0, triplet: 1, softMargin: true }
    const settings: LocalSettings = { ...TINY_SETTINGS, loss, sampling: { by: 'identity', imagesEach: 4 } }
    const outcome = await newLearner(memory).train(task({ settings }), { signal })
    const head = decodeHead(
      memory.entries.get(headKey('f', settings.embedding)) ?? new Uint8Array(),
      settings.embedding,
    )
    const identities = [...head.keys()]
    expect(assembleHead(head, { identities, embedding: settings.embedding, seed: 7 })).toEqual(
      assembleHead(new Map(), { identities, embedding: settings.embedding, seed: 7 }),
    )
    expect(outcome.backbone).not.toEqual(tinyParameters)
  })

  it('refuses batches by identity of a single person', async () => {
    const alone = { ...training, identities: training.identities.map(() => 'person 0') }
    const learner = createLearner({ training: alone, memory: memoryOf(), federation: 'f' })
    const settings: LocalSettings = { ...TINY_SETTINGS, sampling: { by: 'identity', imagesEach: 4 } }
    await expect(learner.train(task({ settings }), { signal })).rejects.toMatchObject({ code: 'too-few-images' })
  })

  it('trains on batches of two without a NaN', async () => {
    const settings = { ...TINY_SETTINGS, batchSize: 2 }
    const { backbone, loss } = await newLearner().train(task({ settings }), { signal })
    expect(loss).toBeGreaterThan(0)
    expect(backbone.every(Number.isFinite)).toBe(true)
  })

  it('refuses crops of another size than the input', async () => {
    const settings = { ...TINY_SETTINGS, input: { height: 64, width: 32 } }
    await expect(newLearner().train(task({ settings }), { signal })).rejects.toThrow(
      'crops of 32×16 for an input of 64×32',
    )
  })

  it('refuses to train on a single image', async () => {
    const one = { ...training, pixels: training.pixels, identities: ['person 0'], cameras: ['camera 0'] }
    const learner = createLearner({ training: one, memory: memoryOf(), federation: 'f' })
    await expect(learner.train(task(), { signal })).rejects.toMatchObject({ code: 'too-few-images' })
  })

  it('stops with a reason when the loss is no number any more', async () => {
    const settings = { ...TINY_SETTINGS, backboneRate: 1e30, headRate: 1e30 }
    await expect(newLearner().train(task({ settings }), { signal })).rejects.toMatchObject({ code: 'diverged' })
  })

  it('stops also when the last step alone ran away, whose loss is from before it', async () => {
    const settings = { ...TINY_SETTINGS, epochs: 1, batchSize: 36, backboneRate: 1e40 }
    const memory = memoryOf()
    await expect(newLearner(memory).train(task({ settings }), { signal })).rejects.toMatchObject({ code: 'diverged' })
    expect(memory.entries.size).toBe(0)
  })

  it('opens nothing where there is no memory for a batch', async () => {
    let opened = 0
    const networkWithoutRoom = (backbone: Backbone): Network => ({
      ...networkOf(backbone),
      largestBatch: () => 2,
      open: (options) => {
        opened++
        return networkOf(backbone).open(options)
      },
    })
    const learner = createLearner({
      training,
      memory: memoryOf(),
      federation: 'f',
      network: latestNetwork(networkWithoutRoom),
    })
    await expect(learner.train(task(), { signal })).rejects.toMatchObject({ code: 'out-of-memory' })
    expect(opened).toBe(0)
  })
})

describe('the identity head', { timeout }, () => {
  it('is kept between rounds: a second round goes on where the first ended', async () => {
    const memory = memoryOf()
    const settings = { ...TINY_SETTINGS, backboneRate: 0 }
    const first = await newLearner(memory).train(task({ settings }), { signal })
    const second = await newLearner(memory).train(task({ settings, round: 2 }), { signal })
    expect(second.loss).toBeLessThan(first.loss)
  })

  it('keeps the people it knows when the crops change', async () => {
    const memory = memoryOf()
    await newLearner(memory).train(task(), { signal })
    const key = headKey('f', TINY_SETTINGS.embedding)
    const known = decodeHead(memory.entries.get(key) ?? new Uint8Array(), TINY_SETTINGS.embedding)
    const others = { ...training, identities: training.identities.map((name) => name.replace('5', 'new')) }
    const settings = { ...TINY_SETTINGS, headRate: 0 }
    await createLearner({ training: others, memory, federation: 'f' }).train(task({ settings }), { signal })
    const now = decodeHead(memory.entries.get(key) ?? new Uint8Array(), TINY_SETTINGS.embedding)
    expect([...now.keys()].sort()).toEqual([...known.keys(), 'person new'].sort())
    for (const [identity, row] of known) expect(now.get(identity)).toEqual(row)
  })
})

describe('tensors', { timeout }, () => {
  it('do not grow over 200 steps', async () => {
    const learner = newLearner()
    await learner.train(task(), { signal })
    await learner.evaluate(task(), { signal })
    const { numTensors, numBytes } = tf.memory()
    await learner.train(task({ settings: { ...TINY_SETTINGS, epochs: 40 } }), { signal })
    await learner.evaluate(task(), { signal })
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
  })

  it('are gone after an aborted round, which leaves no head either', async () => {
    const memory = memoryOf()
    const { numTensors } = tf.memory()
    const controller = new AbortController()
    const onProgress = ({ step }: LearnerProgress) => {
      if (step === 2) controller.abort()
    }
    const run = newLearner(memory).train(task(), { signal: controller.signal, onProgress })
    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
    expect(tf.memory().numTensors).toBe(numTensors)
    expect(memory.entries.size).toBe(0)
  })
})

describe('evaluation', () => {
  it('is undefined without people to search for', async () => {
    const learner = createLearner({ training, memory: memoryOf(), federation: 'f' })
    expect(await learner.evaluate(task(), { signal })).toBeUndefined()
  })

  it('fails where the device says late that it has no room', async () => {
    const networkWithoutRoom = (backbone: Backbone): Network => ({
      ...networkOf(backbone),
      open: (options) => ({
        ...networkOf(backbone).open(options),
        settled: () => Promise.reject(new LearnerError('out-of-memory', 'There is no room.')),
      }),
    })
    const learner = createLearner({
      training,
      validation,
      memory: memoryOf(),
      federation: 'f',
      network: latestNetwork(networkWithoutRoom),
    })
    await expect(learner.evaluate(task(), { signal })).rejects.toMatchObject({ code: 'out-of-memory' })
  })
})
