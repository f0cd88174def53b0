import { type Params, firstState } from '@passerby/federation'
import { type FederationSettings, FederationSettings as Schema, parse, updateBytes } from '@passerby/protocol'
import { describe, expect, test } from 'vitest'
import { type SimulationState, type Workplace, playRound } from './play-round.ts'

const layout = [
  { name: 'w', shape: [1], role: 'weight' as const },
  { name: 'bn.running_mean', shape: [1], role: 'statistic' as const },
]
const global: Params = { layout, values: new Float32Array([0, 0]) }
const start: SimulationState = { round: 0, server: firstState(global), memories: new Map() }

function settings(changed: object): FederationSettings {
  const result = parse(Schema, { name: 'x', cohort: { minClients: 1 }, ...changed })
  if (!result.ok) throw new RangeError(result.refusal.message)
  return result.value
}

function noServerLearner(): never {
  throw new RangeError('no public set in this test')
}

const unasked = () => Promise.reject(new RangeError('nothing is distilled in this test'))

/** Clients named by their image count; each uploads (1, 10) when it has 100 images, else (5, 50). */
const workplace: Workplace = {
  serverLearner: noServerLearner,
  async train(client, task, memory) {
    const images = Number(client)
    const backbone = new Float32Array(images === 100 ? [1, 10] : [5, 50])
    return {
      outcome: { backbone, extras: new Float32Array(), weight: images, images, loss: images, seconds: 0 },
      memory: new Map([...memory, [`round ${task.round}`, new Uint8Array([images])]]),
    }
  },
}
const clients = ['100', '300']

test('the average is weighted by images: (100·1 + 300·5) / 400 = 4 (ALGORITHMS 2.3)', async () => {
  const { state, figures } = await playRound(start, { clients, settings: settings({}), workplace })
  expect([...state.server.global.values]).toEqual([4, 40])
  expect(figures).toEqual({
    round: 1,
    clients: 2,
    images: 400,
    loss: (100 * 100 + 300 * 300) / 400,
    bytesUp: 2 * updateBytes(layout),
    bytesDown: 2 * updateBytes(layout),
    shares: { '100': 0.25, '300': 0.75 },
  })
})

test("statistics 'first' are those of the first client in roster order", async () => {
  const first = settings({ strategy: { name: 'fedpav', statistics: 'first' } })
  const { state } = await playRound(start, { clients: ['300', '100'], settings: first, workplace })
  expect([...state.server.global.values]).toEqual([4, 10])
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
  const failing = { ...workplace, train: () => Promise.reject(new Error('too few images')) }
  await expect(playRound(start, { clients, settings: settings({}), workplace: failing })).rejects.toThrow('too few')
})

describe('with a public set', () => {
  const publicSet = { height: 1, width: 2, pixels: new Uint8Array(4 * 2 * 3) }
  /** An embedding's width is 8, the least that the settings allow. */
  const local = { embedding: 8 }

  test('clients that see it alike share a model, weighted by images, and start from it in the next round', async () => {
    const began = new Map<string, number>()
    const sketches: Readonly<Record<string, number>> = { '100': 0, '200': 1, '300': 0, '500': 1 }
    const clustering: Workplace = {
      serverLearner: () => ({ softTargets: unasked, distil: unasked }),
      async train(client, task, memory) {
        began.set(client, task.backbone[0])
        const images = Number(client)
        const extras = new Float32Array(8)
        extras[sketches[client]] = 1
        const backbone = new Float32Array([images, 0])
        return { outcome: { backbone, extras, weight: images, images, loss: 1, seconds: 0 }, memory }
      },
    }
    const clustered = settings({ local, strategy: { name: 'fedpav', clustering: { by: 'averaged' } } })
    const options = { clients: Object.keys(sketches), settings: clustered, workplace: clustering, publicSet }
    const { state, figures, models } = await playRound(start, options)
    expect(figures.groups).toEqual([
      ['100', '300'],
      ['200', '500'],
    ])
    expect(models.get('500')?.values[0]).toBe(500)
    await playRound(state, options)
    const [one, two] = [(100 * 100 + 300 * 300) / 400, (200 * 200 + 500 * 500) / 700]
    expect(began.get('300')).toBe(one)
    expect(began.get('200')).toBeCloseTo(two, 4)
  })

  test('a learner beside the server is given every client’s model, their mean targets and the mean model', async () => {
    const asked: number[] = []
    const told: number[] = []
    const distilling: Workplace = {
      ...workplace,
      serverLearner: (pixels, seed) => ({
        async softTargets(model) {
          asked.push(model.values[0])
          return new Float32Array([model.values[0], seed])
        },
        async distil(model, { values }) {
          told.push(...model.values, ...values, pixels.pixels.length)
          return { ...model, values: model.values.map((value) => value + 0.5) }
        },
      }),
    }
    const open = settings({ local, strategy: { name: 'fedpav', distillation: { teachers: 'open' } } })
    const { state } = await playRound(start, { clients, settings: open, workplace: distilling, publicSet })
    expect(asked).toEqual([1, 5])
    expect(told).toEqual([4, 40, 3, 1, 24])
    expect([...state.server.global.values]).toEqual([4.5, 40.5])
  })
})
