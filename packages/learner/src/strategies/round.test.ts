/** Whole rounds of two clients on generated people, from training to the new models, as a coordinator closes them. */
import {
  type ClosedRound,
  type HeldUpdate,
  closeRound,
  firstState,
  joinUpdate,
  modelFor,
  params,
  type Params,
  type ServerLearner,
  type SettingsOf,
  type SoftTargets,
  roundInMemory,
  strategyOf,
  updateLayoutOf,
  wholeLayout,
} from '@passerby/federation'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { imagesOf } from '../data/pixels.ts'
import { createLearner } from '../learner.ts'
import { networkOf } from '../network/network-of.ts'
import { FEDPAV, memoryOf, paintPeople, TINY_SETTINGS, tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { serverLearner } from './distillation.ts'

type Settings = SettingsOf<'fedpav'>

const network = networkOf(tinyBackbone)
const { embedding, weights } = network.sizes
const publicSet = paintPeople(10, 6, 9)
const people = { a: paintPeople(6, 6, 1), b: paintPeople(4, 5, 2), c: paintPeople(5, 4, 3) }
const { signal } = new AbortController()
const model = params(network.parameters, tinyParameters)

interface PlayedRound extends ClosedRound {
  /** What the model was taught, if it was. */
  readonly taught: Float32Array | undefined
  /** Whose model was opened by itself. */
  readonly opened: readonly string[]
  readonly weights: readonly number[]
}

async function playRound(strategy: Settings, clients: readonly (keyof typeof people)[] = ['a', 'b']) {
  const round = 1
  const layout = updateLayoutOf(strategy, network.parameters, { round, embedding, publicImages: imagesOf(publicSet) })
  const updates = new Map<string, HeldUpdate>()
  for (const [position, client] of clients.entries()) {
    const learner = createLearner({
      training: people[client],
      memory: memoryOf(),
      federation: 'f',
      network: () => network,
    })
    const { backbone, extras, weight } = await learner.train(
      {
        round,
        rounds: 10,
        seed: position,
        strategy,
        commonSeed: 3,
        publicSet,
        backbone: tinyParameters,
        settings: TINY_SETTINGS,
      },
      { signal },
    )
    updates.set(client, { values: joinUpdate(backbone, extras), weight })
  }
  const opened: string[] = []
  const server = serverLearner(network, publicSet, { seed: 3 })
  let taught: Float32Array | undefined
  const learner: ServerLearner = {
    ...server,
    distil(model, task) {
      taught = task.values
      return server.distil(model, task)
    },
  }
  const closing = roundInMemory(layout, { round, updates, learner })
  const closed = await closeRound(strategyOf(strategy), strategy, {
    state: firstState(model),
    closing: {
      ...closing,
      model(client) {
        opened.push(client)
        return closing.model(client)
      },
    },
  })
  return { ...closed, taught, opened, weights: [...updates.values()].map(({ weight }) => weight) } satisfies PlayedRound
}

const valuesOf = ({ state }: ClosedRound): Float32Array => state.global.values
const largest = (a: Float32Array, b: Float32Array) =>
  a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0)

beforeAll(() => useBackend('wasm'))

describe('distillation in a round', { timeout: 60_000 }, () => {
  const distilling = (changes: Partial<Settings['distillation']>, weighting: Settings['weighting'] = 'images') => ({
    ...FEDPAV,
    weighting,
    distillation: { ...FEDPAV.distillation, rate: 0.05, ...changes },
  })

  it.each<[SoftTargets['of'], Settings['weighting']]>([
    ['embeddings', 'images'],
    ['embeddings', 'cosine-features'],
    ['scores', 'cosine-logits'],
  ])('has the same targets in private as in the open: %s, weighted by %s', async (targets, weighting) => {
    const { numTensors } = tf.memory()
    const inPrivate = await playRound(distilling({ teachers: 'private', targets, temperature: 0.2 }, weighting))
    const inTheOpen = await playRound(distilling({ teachers: 'open', targets, temperature: 0.2 }, weighting))
    const [one, other] = [inPrivate.taught ?? new Float32Array(), inTheOpen.taught ?? new Float32Array()]
    expect(one.length).toBe(imagesOf(publicSet) * embedding)
    expect(other.length).toBe(one.length)
    expect(largest(one, other)).toBeLessThan(1e-5)
    expect(Math.max(...other.map(Math.abs))).toBeGreaterThan(0.1)
    expect(largest(valuesOf(inPrivate), valuesOf(inTheOpen))).toBeLessThan(1e-5)
    expect(inPrivate.opened).toEqual([])
    expect(inTheOpen.opened).toEqual(['a', 'b'])
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it('teaches the mean model, which is another than without', async () => {
    const without = await playRound(distilling({ teachers: 'off' }))
    const taught = await playRound(distilling({ teachers: 'private' }))
    expect(without.taught).toBeUndefined()
    expect(valuesOf(taught).every(Number.isFinite)).toBe(true)
    expect(largest(valuesOf(taught).subarray(0, weights), valuesOf(without).subarray(0, weights))).toBeGreaterThan(1e-4)
    // At a rate of 0 only the running statistics go on.
    const still = await playRound(distilling({ teachers: 'private', rate: 0 }))
    expect(valuesOf(still).subarray(0, weights)).toEqual(valuesOf(without).subarray(0, weights))
  })
})

describe('clustering in a round', { timeout: 60_000 }, () => {
  it.each(['flattened', 'averaged'] as const)('gives every client the mean of its cluster: %s', async (by) => {
    const clients = ['a', 'b', 'c'] as const
    const strategy = { ...FEDPAV, clustering: { by, images: 16 } }
    const { state, grouping } = await playRound(strategy, clients)
    expect(grouping?.groups.flat().sort()).toEqual(clients)
    expect(grouping?.similarity.length).toBe(9)
    for (const i of [0, 4, 8]) expect(grouping?.similarity[i]).toBeCloseTo(1, 5)
    for (const { clients, model } of state.groups) {
      const alone: Params[] = clients.map((client) => modelFor(state, client))
      for (const one of alone) expect(one).toBe(model)
      expect(model.values.length).toBe(tinyParameters.length)
    }
  })
})

describe('weights in a round', { timeout: 60_000 }, () => {
  it.each(['cosine-features', 'cosine-logits'] as const)(
    'differ where clients moved differently: %s',
    async (weighting) => {
      const { weights, state } = await playRound({ ...FEDPAV, weighting })
      expect(weights[0]).not.toBeCloseTo(weights[1], 3)
      const byImages = await playRound(FEDPAV)
      expect(byImages.weights).toEqual([36, 20])
      expect(largest(state.global.values, valuesOf(byImages))).toBeGreaterThan(1e-5)
      expect(wholeLayout({ model: state.global.layout, extras: [] })).toEqual(network.parameters)
    },
  )
})
