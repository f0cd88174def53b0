import type { Params } from '@passerby/federation'
import { type FederationSettings, FederationSettings as Schema, parse, updateBytes } from '@passerby/protocol'
import { expect, test } from 'vitest'
import { type SimulationState, type Workplace, playRound } from './play-round.ts'

const layout = [
  { name: 'w', shape: [1], role: 'weight' as const },
  { name: 'bn.running_mean', shape: [1], role: 'statistic' as const },
]
const global: Params = { layout, values: new Float32Array([0, 0]) }
const start: SimulationState = { round: 0, global, memories: new Map() }

function settings(changed: object): FederationSettings {
  const result = parse(Schema, { name: 'x', cohort: { minClients: 1 }, ...changed })
  if (!result.ok) throw new RangeError(result.refusal.message)
  return result.value
}

/** Clients named by their image count; each uploads (1, 10) when it has 100 images, else (5, 50). */
const workplace: Workplace = {
  async train(client, task, memory) {
    const images = Number(client)
    const backbone = new Float32Array(images === 100 ? [1, 10] : [5, 50])
    return {
      outcome: { backbone, weight: images, images, loss: images, seconds: 0 },
      memory: new Map([...memory, [`round ${task.round}`, new Uint8Array([images])]]),
    }
  },
}
const clients = ['100', '300']

test('the average is weighted by images: (100·1 + 300·5) / 400 = 4 (ALGORITHMS 2.3)', async () => {
  const { state, figures } = await playRound(start, { clients, settings: settings({}), workplace })
  expect([...state.global.values]).toEqual([4, 40])
  expect(figures).toEqual({
    round: 1,
    clients: 2,
    images: 400,
    loss: (100 * 100 + 300 * 300) / 400,
    bytesUp: 2 * updateBytes(layout),
    bytesDown: 2 * updateBytes(layout),
  })
})

test("statistics 'first' are those of the first client in roster order", async () => {
  const first = settings({ strategy: { name: 'fedpav', statistics: 'first' } })
  const { state } = await playRound(start, { clients: ['300', '100'], settings: first, workplace })
  expect([...state.global.values]).toEqual([4, 10])
})

test('a client finds its own memory of the rounds before, and nobody else’s', async () => {
  const options = { clients, settings: settings({}), workplace }
  const { state: once } = await playRound(start, options)
  const { state: twice } = await playRound(once, options)
  expect(twice.memories.get('300')).toEqual(
    new Map([
      ['round 1', new Uint8Array([44])],
      ['round 2', new Uint8Array([44])],
    ]),
  )
})

test('a fraction of the clients is drawn by seed and round', async () => {
  const many = Array.from({ length: 10 }, (_, index) => String(100 + index))
  const { figures } = await playRound(start, {
    clients: many,
    settings: settings({ cohort: { minClients: 1, fraction: 0.3 } }),
    workplace,
  })
  expect(figures.clients).toBe(3)
})

test('a client that fails ends the round with its failure', async () => {
  const failing: Workplace = { train: () => Promise.reject(new Error('too few images')) }
  await expect(playRound(start, { clients, settings: settings({}), workplace: failing })).rejects.toThrow('too few')
})
