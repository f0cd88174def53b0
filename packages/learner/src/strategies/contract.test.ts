/** What both halves of every strategy must hold together, on generated people. A new one is tested here by being in the registry. */
import {
  type HeldUpdate,
  type ServerState,
  type StrategyName,
  closeRound,
  defaultsOf,
  firstState,
  joinUpdate,
  layoutSize,
  modelFor,
  params,
  publicImagesOf,
  roundInMemory,
  strategies,
  strategyOf,
  updateLayoutOf,
} from '@passerby/federation'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { imagesOf } from '../data/pixels.ts'
import { createLearner } from '../learner.ts'
import { networkOf } from '../network/network-of.ts'
import { memoryOf, paintPeople, TINY_SETTINGS, tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { tf } from '../tf.ts'
import { serverLearner } from './distillation.ts'
import { stepsTaken } from './fednova.ts'

const network = networkOf(tinyBackbone)
const { embedding } = network.sizes
const { signal } = new AbortController()
const publicSet = paintPeople(4, 4, 9)
const model = params(network.parameters, tinyParameters)
/** Very unequal: 16 steps of 8 images, and 2. */
const people = { large: paintPeople(8, 16, 1), small: paintPeople(4, 4, 2) }
const names = Object.keys(strategies) as readonly StrategyName[]

/** A federation of two clients, as long as it is asked to last. */
async function play(name: StrategyName, rounds: number) {
  const strategy = defaultsOf(name)
  const shown = publicImagesOf(strategy) > 0 ? { publicSet } : {}
  const memories = { large: memoryOf(), small: memoryOf() }
  const updates = []
  let state: ServerState = firstState(model)
  for (let round = 1; round <= rounds; round++) {
    const publicImages = 'publicSet' in shown ? imagesOf(publicSet) : 0
    const layout = updateLayoutOf(strategy, network.parameters, { round, embedding, publicImages })
    const sent = new Map<string, HeldUpdate>()
    for (const client of ['large', 'small'] as const) {
      const training = people[client]
      const learner = createLearner({ training, memory: memories[client], federation: 'f', network: () => network })
      const { values: backbone } = modelFor(state, client)
      const task = { round, rounds, seed: 7, commonSeed: 3, strategy, backbone, settings: TINY_SETTINGS, ...shown }
      const outcome = await learner.train(task, { signal })
      updates.push({ ...outcome, expected: layoutSize(layout.extras) })
      sent.set(client, { weight: outcome.weight, values: joinUpdate(outcome.backbone, outcome.extras) })
    }
    const learner = serverLearner(network, publicSet, { seed: 3 })
    const closing = roundInMemory(layout, { round, updates: sent, learner })
    state = (await closeRound(strategyOf(strategy), strategy, { state, closing })).state
  }
  return { state, updates }
}

const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]))

beforeAll(() => useBackend('wasm'))

describe.each(names)('both halves of %s', { timeout: 60_000 }, (name) => {
  it('agree on what is sent, and move the model', async () => {
    const { numTensors } = tf.memory()
    const { state, updates } = await play(name, 2)
    for (const { extras, expected, weight, backbone } of updates) {
      expect(extras).toHaveLength(expected)
      expect(weight > 0 && Number.isFinite(weight)).toBe(true)
      expect([extras, backbone].every((values) => values.every(Number.isFinite))).toBe(true)
    }
    for (const client of ['large', 'small', 'newcomer']) {
      const { values } = modelFor(state, client)
      expect(values.every(Number.isFinite)).toBe(true)
      expect(distance(values, tinyParameters)).toBeGreaterThan(0)
    }
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})

it('FedProx’s clients stay nearer to where they started than FedPav’s', async () => {
  const far = async (name: StrategyName) =>
    (await play(name, 1)).updates.map(({ backbone }) => distance(backbone, tinyParameters))
  const [[large, small], [heldLarge, heldSmall]] = [await far('fedpav'), await far('fedprox')]
  expect(heldLarge).toBeLessThan(large)
  expect(heldSmall).toBeLessThan(small)
})

it('FedNova’s clients train as FedPav’s, weigh less the more steps they take, and say how many those were', async () => {
  const [plainly, normalised] = [(await play('fedpav', 1)).updates, (await play('fednova', 1)).updates]
  const images = [128, 16]
  const lengths = images.map((count) => stepsTaken(Math.ceil(count / TINY_SETTINGS.batchSize), TINY_SETTINGS))
  for (const [i, { backbone, weight, extras }] of normalised.entries()) {
    expect(backbone).toEqual(plainly[i].backbone)
    expect(weight).toBeCloseTo(images[i] / lengths[i], 9)
    expect([...extras]).toEqual([lengths[i], lengths[i] ** 2].map(Math.fround))
  }
  expect(normalised[0].weight / normalised[1].weight).toBeLessThan(8)
})
