import { layoutSize, type SettingsOf, sketchSpec, updateFold, updateLayoutOf } from '@passerby/federation'
import { normalizeRows, rowsAt } from '@passerby/reid'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { pickPixels } from '../data/pixels.ts'
import { embedPlainly } from '../embeddings.ts'
import type { LocalTask, LookingProgress } from '../interface.ts'
import { createLearner } from '../learner.ts'
import type { Network } from '../network/network.ts'
import { networkOf } from '../network/network-of.ts'
import { FEDPAV, memoryOf, paintPeople, TINY_SETTINGS, tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { assembleHead } from '../training/head.ts'
import { fedpav } from './fedpav.ts'
import { plainEmbeddings } from './plain-embeddings.ts'
import { publicSketch } from './public-sketch.ts'
import { softTargetsOf } from './soft-targets.ts'
import type { LocalModel, TrainedLocally } from './strategy.ts'

type Settings = SettingsOf<'fedpav'>

const network = networkOf(tinyBackbone)
const { embedding } = network.sizes
const training = paintPeople(6, 6, 1)
const identities = [0, 1, 2, 3, 4, 5].map((person) => `person ${person}`)
const publicSet = pickPixels(paintPeople(5, 5, 9), [...Array(20).keys()])
const { signal } = new AbortController()

const withClustering = (by: 'flattened' | 'averaged', images = 8): Settings => ({
  ...FEDPAV,
  clustering: { by, images },
})
const withDistillation = (changes: Partial<Settings['distillation']>): Settings => ({
  ...FEDPAV,
  distillation: { ...FEDPAV.distillation, teachers: 'private', ...changes },
})

function taskOf(strategy: Settings, changes: Partial<LocalTask> = {}): LocalTask {
  return {
    round: 1,
    rounds: 10,
    seed: 7,
    strategy,
    commonSeed: 3,
    publicSet,
    backbone: tinyParameters,
    settings: TINY_SETTINGS,
    ...changes,
  }
}

/** A round on generated people. */
async function trainedBy(strategy: Settings, changes: Partial<LocalTask> = {}) {
  const memory = memoryOf()
  const learner = createLearner({ training, memory, federation: 'f', network: () => network })
  return { ...(await learner.train(taskOf(strategy, changes), { signal })), memory }
}

/** A round that went from one model to another. */
function concludedBy(
  strategy: Settings,
  models: Pick<TrainedLocally, 'before' | 'after'>,
  task: Partial<LocalTask> = {},
) {
  return fedpav.conclude(concluding(strategy, models, task), strategy)
}

function concluding(
  strategy: Settings,
  models: Pick<TrainedLocally, 'before' | 'after'>,
  task: Partial<LocalTask> = {},
): TrainedLocally {
  return {
    task: taskOf(strategy, task),
    images: 36,
    steps: 5,
    positions: [...Array(36).keys()],
    firstBatch: [3, 1, 4, 15, 9, 26],
    embedding,
    publicImages: 20,
    embed: plainEmbeddings(network, { own: training, public: publicSet }, { signal }),
    ...models,
  }
}

const head = (seed: number) => assembleHead(new Map(), { identities, embedding, seed })
const modelOf = (backbone: Float32Array, seed = 1): LocalModel => ({ backbone, head: head(seed) })
/** Another model: as it is after a round. */
let other: Float32Array

beforeAll(async () => {
  await useBackend('wasm')
  other = (await trainedBy(FEDPAV)).backbone
})

describe('what goes beside the model', () => {
  const settings: readonly Settings[] = [
    FEDPAV,
    withClustering('flattened'),
    withClustering('averaged'),
    withClustering('flattened', 32),
    ...(['private', 'open'] as const).flatMap((teachers) =>
      (['embeddings', 'scores'] as const).flatMap((targets) =>
        [1, 2].map((every) => withDistillation({ teachers, targets, every })),
      ),
    ),
  ]
  const weightings = ['images', 'cosine-features', 'cosine-logits'] as const
  const everything = settings.flatMap((one) => weightings.map((weighting) => ({ ...one, weighting })))

  it('is as long as the server expects, whatever the settings', { timeout: 60_000 }, async () => {
    const { numTensors } = tf.memory()
    const lengths = new Set<number>()
    for (const strategy of everything) {
      const about = { round: 1, embedding, publicImages: 20 }
      const { extras } = updateLayoutOf(strategy, network.parameters, about)
      const outcome = await trainedBy(strategy)
      expect(outcome.extras.length).toBe(layoutSize(extras))
      expect(outcome.extras.every(Number.isFinite)).toBe(true)
      expect(outcome.weight).toBeGreaterThan(0)
      lengths.add(outcome.extras.length)
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([0, embedding, 8 * embedding, 20 * embedding])
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it('goes only in the rounds that distil', async () => {
    const strategy = withDistillation({ every: 3 })
    const lengths = []
    for (const round of [1, 2, 3, 4, 5, 6]) lengths.push((await trainedBy(strategy, { round })).extras.length)
    expect(lengths).toEqual([0, 0, 1, 0, 0, 1].map((times) => times * 20 * embedding))
  })

  it('is a share of the soft targets of the trained model', async () => {
    for (const targets of ['embeddings', 'scores'] as const) {
      const { backbone, extras, weight } = await trainedBy(withDistillation({ targets, temperature: 2 }))
      const embeddings = await embedPlainly(network, publicSet, { backbone })
      const expected = softTargetsOf(embeddings, embedding, { of: targets, temperature: 2 })
      expect(weight).toBe(36)
      for (const [i, value] of extras.entries()) expect(weight * value).toBeCloseTo(expected[i], 6)
    }
  })

  it('needs a public set', async () => {
    const { publicSet: _, ...bare } = taskOf(withDistillation({}))
    const learner = createLearner({ training, memory: memoryOf(), federation: 'f', network: () => network })
    await expect(learner.train(bare, { signal })).rejects.toThrow('needs a public set')
  })

  it('is not sent where the trained model makes no numbers of images', async () => {
    const nowhere = new Float32Array(36 * embedding).fill(NaN)
    const embed = ({ length }: ArrayLike<unknown>) =>
      tf.tensor2d(nowhere.subarray(0, length * embedding), [length, embedding])
    const withoutNumbers: Network = { ...network, open: (options) => ({ ...network.open(options), embed }) }
    const memory = memoryOf()
    const learner = createLearner({ training, memory, federation: 'f', network: () => withoutNumbers })
    for (const strategy of [withClustering('averaged'), { ...FEDPAV, weighting: 'cosine-features' } as const])
      await expect(learner.train(taskOf(strategy), { signal })).rejects.toMatchObject({ code: 'diverged' })
    expect(memory.entries.size).toBe(0)
  })

  it('has nothing of the head, byte for byte', async () => {
    for (const strategy of [withClustering('flattened'), withDistillation({ targets: 'scores' })]) {
      const { extras, backbone, memory } = await trainedBy({ ...strategy, weighting: 'cosine-logits' })
      const [kept] = [...memory.entries.values()]
      const weights = kept.slice(-(embedding + 1) * identities.length * 4)
      const inside = (bytes: Uint8Array) => {
        const whole = Buffer.from(bytes)
        const values = Array.from({ length: weights.length / 4 }, (_, i) =>
          Buffer.from(weights.slice(4 * i, 4 * i + 4)),
        )
        return values.filter((value) => whole.includes(value)).length
      }
      const sent = new Uint8Array(Float32Array.of(...extras, ...backbone).buffer)
      expect(inside(weights)).toBe((embedding + 1) * identities.length)
      expect(inside(sent)).toBe(0)
    }
  })
})

describe('a look at images', () => {
  /** What a round tells after its training. */
  async function looksOf(strategy: Settings, changes: Partial<LocalTask> = {}) {
    const told: (readonly [string, number, number])[] = []
    const onLooking = ({ at, seen, images }: LookingProgress) => told.push([at, seen, images])
    const learner = createLearner({ training, memory: memoryOf(), federation: 'f', network: () => network })
    await learner.train(taskOf(strategy, changes), { signal, onLooking })
    return told
  }

  it('is told from no image to all, batch by batch, and not where there is none', async () => {
    const own = [
      ['own', 0, 6],
      ['own', 6, 6],
    ]
    const settings = { ...TINY_SETTINGS, batchSize: 6 }
    expect(await looksOf(FEDPAV)).toEqual([])
    expect(await looksOf({ ...withDistillation({}), weighting: 'cosine-features' }, { settings })).toEqual([
      ...own,
      ...own,
      ['public', 0, 20],
      ['public', 20, 20],
    ])
    expect(await looksOf(withDistillation({}), { publicSet: paintPeople(7, 10, 9) })).toEqual(
      [0, 32, 64, 70].map((seen) => ['public', seen, 70]),
    )
  })
})

describe('the sketch of a client', () => {
  const models = () => ({ before: modelOf(tinyParameters), after: modelOf(other) })

  it('is of one batch that all clients of a round share, and of another in the next', async () => {
    const strategy = withClustering('flattened')
    const sketch = async (task: Partial<LocalTask>) => (await concludedBy(strategy, models(), task)).extras
    const first = await sketch({ seed: 1 })
    expect(await sketch({ seed: 2 })).toEqual(first)
    expect(await sketch({ round: 2 })).not.toEqual(first)
    expect(await sketch({ commonSeed: 4 })).not.toEqual(first)
  })

  it('is the plain embeddings of that batch under the trained model', async () => {
    const { extras } = await concludedBy(withClustering('flattened'), models())
    const all = await embedPlainly(network, publicSet, { backbone: other })
    const rows = [...Array(20).keys()].map((image) => rowsAt(all, embedding, [image]))
    const found = Array.from({ length: 8 }, (_, row) => {
      const one = rowsAt(extras, embedding, [row])
      return rows.findIndex((values) => values.every((value, i) => Math.abs(value - one[i]) < 1e-5))
    })
    expect(found.every((image) => image >= 0)).toBe(true)
    expect(new Set(found).size).toBe(8)
  })

  it('is their mean where that is asked for', async () => {
    const { extras: flat } = await concludedBy(withClustering('flattened'), models())
    const { extras: mean } = await concludedBy(withClustering('averaged'), models())
    expect(mean.length).toBe(layoutSize([sketchSpec({ publicImages: 20, embedding }, { kind: 'averaged', images: 8 })]))
    for (const [column, value] of mean.entries()) {
      const rows = [...Array(8).keys()].map((row) => flat[row * embedding + column])
      expect(value).toBeCloseTo(rows.reduce((sum, one) => sum + one, 0) / 8, 5)
    }
  })

  it('takes what there is where the public set has fewer images than asked for', async () => {
    const trained = concluding(withClustering('flattened'), models())
    const whole = await publicSketch(trained, { kind: 'flattened', images: 500 })
    expect(whole.length).toBe(20 * embedding)
  })
})

describe.each(['cosine-features', 'cosine-logits'] as const)('the weight by %s', (weighting) => {
  const strategy: Settings = { ...FEDPAV, weighting }

  it('falls back to image counts where nothing moved', async () => {
    const same = { before: modelOf(tinyParameters), after: modelOf(tinyParameters) }
    const one = await concludedBy(strategy, same)
    expect(one.weight).toBe(36e-12)
    // ALGORITHMS 2.3: by 100 and 300 images, 1 and 5 become 4.
    const fold = updateFold({ model: [{ name: 'w', shape: [1], role: 'weight' }], extras: [] })
    const images = { a: 100, b: 300 }
    for (const [client, value] of [
      ['a', 1],
      ['b', 5],
    ] as const) {
      const { weight } = await fedpav.conclude({ ...concluding(strategy, same), images: images[client] }, strategy)
      fold.add(client, { values: Float32Array.of(value), weight })
    }
    expect([...fold.mean().mean.values]).toEqual([4])
  })

  it('grows with what a round moved', async () => {
    const wayOf = async (factor: number) => {
      const settings = {
        ...TINY_SETTINGS,
        backboneRate: factor * TINY_SETTINGS.backboneRate,
        headRate: factor * TINY_SETTINGS.headRate,
      }
      const { weight } = await trainedBy(strategy, { backbone: other, settings })
      return weight
    }
    const ways = [await wayOf(0.01), await wayOf(0.3), await wayOf(1)]
    expect(ways[0]).toBeLessThan(ways[1])
    expect(ways[1]).toBeLessThan(ways[2])
    expect(ways[2]).toBeLessThan(2)
    // An image is next to nothing beside that.
    expect(ways[0]).toBeGreaterThan(1e-6)
  })

  it('is the same by the same seed', async () => {
    const [one, again] = [await trainedBy(strategy), await trainedBy(strategy)]
    expect(again.weight).toBe(one.weight)
  })

  it('is measured without dropout and augmentation', async () => {
    const noisy = { ...TINY_SETTINGS, dropout: 0.5, erasing: { ...TINY_SETTINGS.erasing, probability: 1 } }
    const models = { before: modelOf(tinyParameters), after: modelOf(other) }
    const plain = await concludedBy(strategy, models)
    expect(await concludedBy(strategy, models, { settings: noisy })).toEqual(plain)
  })
})

describe('which features a distance is of', () => {
  it('logits: the round’s first batch, each backbone with its own head', async () => {
    const strategy: Settings = { ...FEDPAV, weighting: 'cosine-logits' }
    const weightWith = async (before: LocalModel, after: LocalModel) =>
      (await concludedBy(strategy, { before, after })).weight
    // Only the head moved.
    expect(await weightWith(modelOf(other, 1), modelOf(other, 2))).toBeGreaterThan(0.1)
    const batch = [3, 1, 4, 15, 9, 26]
    const [old, fresh] = await Promise.all(
      [tinyParameters, other].map((backbone) => embedPlainly(network, pickPixels(training, batch), { backbone })),
    )
    const logits = (embeddings: Float32Array, of: Float32Array) =>
      batch.map((_, row) =>
        identities.map((_, column) =>
          [...Array(embedding).keys()].reduce(
            (sum, i) => sum + embeddings[row * embedding + i] * of[i * identities.length + column],
            of[embedding * identities.length + column],
          ),
        ),
      )
    const [a, b] = [logits(old, head(1)), logits(fresh, head(2))]
    const length = (row: readonly number[]) => Math.hypot(...row)
    const distances = a.map(
      (row, i) => 1 - row.reduce((sum, value, j) => sum + value * b[i][j], 0) / (length(row) * length(b[i])),
    )
    const expected = distances.reduce((sum, one) => sum + one, 0) / batch.length
    expect(await weightWith(modelOf(tinyParameters, 1), modelOf(other, 2))).toBeCloseTo(expected, 5)
  })

  it('features: a batch of the client’s own images by its seed and round, whatever the heads are', async () => {
    const strategy: Settings = { ...FEDPAV, weighting: 'cosine-features' }
    const weightWith = async (seed: number, task: Partial<LocalTask> = {}) => {
      const models = { before: modelOf(tinyParameters), after: modelOf(other, seed) }
      return (await concludedBy(strategy, models, task)).weight
    }
    expect(await weightWith(2)).toBe(await weightWith(1))
    expect(await weightWith(1, { seed: 8 })).not.toBe(await weightWith(1))
    expect(await weightWith(1, { round: 2 })).not.toBe(await weightWith(1))
    // All images are one batch: nothing is left to chance but the order of a sum.
    const settings = { ...TINY_SETTINGS, batchSize: 64 }
    const [old, fresh] = await Promise.all(
      [tinyParameters, other].map(async (backbone) =>
        normalizeRows(await embedPlainly(network, training, { backbone }), embedding),
      ),
    )
    const expected = 1 - old.reduce((sum, value, i) => sum + value * fresh[i], 0) / 36
    expect(await weightWith(1, { settings })).toBeCloseTo(expected, 5)
  })
})
