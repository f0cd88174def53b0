import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { closeRound } from './close-round.ts'
import { params } from './params.ts'
import { StrategySettings, strategyOf, updateLayoutOf } from './strategies/index.ts'
import { type ServerState, firstState, modelFor } from './strategy.ts'
import { linearLayout } from './testing/linear-network.ts'
import { type Journal, type Played, closingRound, playRound } from './testing/round.ts'

const settings = (chosen: object) => v.parse(StrategySettings, { name: 'fedpav', ...chosen })
const weightsOf = (state: ServerState, client: string) => rounded(modelFor(state, client).values).slice(0, -1)
const rounded = (values: Iterable<number>) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6)

describe('client clustering, ALGORITHMS 2.6', () => {
  test('clients whose sketches are at 0, 10, 25, 90 and 100 degrees are two groups, and the cosines say why', async () => {
    const layout = linearLayout({ embedding: 2, inputs: 1 })
    const degrees = { a: 0, b: 10, c: 25, d: 90, e: 100 }
    const { state, grouping } = await playRound(
      firstState(params(layout, new Float32Array(3))),
      { settings: settings({ clustering: { by: 'flattened' } }), layout, images: [[1]] },
      Object.entries(degrees).map(([client, degrees]) => ({
        client,
        weight: 1,
        model: [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180), degrees],
      })),
    )
    expect(grouping?.groups).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
    expect(grouping?.similarity).toHaveLength(25)
    expect(rounded(grouping?.similarity.slice(0, 5) ?? [])).toEqual([1, 0.984808, 0.906308, 0, -0.173648])
    expect([modelFor(state, 'b').values[2], modelFor(state, 'e').values[2]]).toEqual([35 / 3, 95].map(Math.fround))
  })

  /** Two images, of which f makes the columns of W. By W's rows. */
  const layout = linearLayout({ embedding: 2, inputs: 2 })
  const clients = [
    { client: 'a', weight: 100, model: [1, 0, 0, 1, 0] },
    { client: 'b', weight: 200, model: [0, 1, 1, 0, 0] },
    { client: 'c', weight: 300, model: [1, 0, 0, 0.8, 0] },
    { client: 'd', weight: 200, model: [0, 0.8, 1, 0, 0] },
  ]
  const start = firstState(params(layout, Float32Array.of(9, 9, 9, 9, 9)))
  const played = (by: 'flattened' | 'averaged', journal?: Journal): Played => ({
    settings: settings({ clustering: { by } }),
    layout,
    images: [
      [1, 0],
      [0, 1],
    ],
    ...(journal && { journal }),
  })

  test('flattened compares image by image: each group has its members’ weighted mean', async () => {
    const { state, grouping } = await playRound(start, played('flattened'), clients)
    expect(grouping?.groups).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ])
    expect([weightsOf(state, 'a'), weightsOf(state, 'c')]).toEqual([
      [1, 0, 0, 0.85],
      [1, 0, 0, 0.85],
    ])
    expect(weightsOf(state, 'd')).toEqual([0, 0.9, 1, 0])
  })

  test('averaged compares the batch as a whole: here all are alike, and the round’s mean is theirs', async () => {
    const journal: Journal = []
    const { state, grouping } = await playRound(start, played('averaged', journal), clients)
    expect(grouping?.groups).toEqual([['a', 'b', 'c', 'd']])
    expect(weightsOf(state, 'd')).toEqual([0.5, 0.45, 0.5, 0.425])
    expect(journal).toEqual(['keep'])
  })

  test('a group’s model is put away before the next is formed', async () => {
    const journal: Journal = []
    await playRound(start, played('flattened', journal), clients)
    expect(journal).toEqual(['mean a c', 'keep', 'mean b d', 'keep'])
  })

  test('a newcomer starts from the mean over all, groups or not', async () => {
    const { state } = await playRound(start, played('flattened'), clients)
    expect(weightsOf(state, 'newcomer')).toEqual([0.5, 0.45, 0.5, 0.425])
  })

  test('an absent client keeps its group’s model, and one that came alone goes on from its own', async () => {
    const [a, b, c, d] = clients
    const { state: first } = await playRound(start, played('flattened'), clients)
    const { state: second, grouping } = await playRound(first, played('flattened'), [a, c])
    expect(grouping?.groups).toEqual([['a', 'c']])
    expect([weightsOf(second, 'b'), weightsOf(second, 'd')]).toEqual([
      [0, 0.9, 1, 0],
      [0, 0.9, 1, 0],
    ])
    const { state: third } = await playRound(second, played('flattened'), [{ ...b, model: [0, 7, 7, 0, 0] }])
    expect([weightsOf(third, 'b'), weightsOf(third, 'd'), weightsOf(third, 'c')]).toEqual([
      [0, 7, 7, 0],
      [0, 0.9, 1, 0],
      [1, 0, 0, 0.85],
    ])
    const { state: fourth, grouping: last } = await playRound(third, played('flattened'), [d])
    expect(last).toEqual({ groups: [['d']], similarity: Float32Array.of(1) })
    expect(fourth.groups.flatMap(({ clients }) => clients).toSorted()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('pauses after each client that is compared, and ends where a pause does not come back', async () => {
    const chosen = settings({ clustering: { by: 'averaged' } })
    const update = updateLayoutOf(chosen, layout, { round: 1, embedding: 2, publicImages: 1 })
    const sent = clients.map(({ client, weight, model }) => ({
      client,
      weight,
      values: Float32Array.of(...model, weight, 1),
    }))
    const closing = closingRound({ layout: update, round: 1, images: [[1, 0]] }, sent)
    let pauses = 0
    const pause = async () => void (pauses += 1)
    await closeRound(strategyOf(chosen), chosen, { state: start, closing: { ...closing, pause } })
    expect(pauses).toBe(4)
    const stopped = { ...closing, pause: () => Promise.reject(new Error('stopped')) }
    await expect(closeRound(strategyOf(chosen), chosen, { state: start, closing: stopped })).rejects.toThrow('stopped')
  })

  test('with cosine distances as weights, a group’s mean is weighed by them', async () => {
    const distances = [0.1, 0.2, 0.3, 0.1]
    const { state } = await playRound(
      start,
      { ...played('flattened'), settings: settings({ clustering: { by: 'flattened' }, weighting: 'cosine-features' }) },
      clients.map((client, k) => ({ ...client, weight: distances[k] + 1e-12 * client.weight })),
    )
    // (.1 · 1 + .3 · .8)/.4 and (.2 · 1 + .1 · .8)/.3.
    expect([weightsOf(state, 'a'), weightsOf(state, 'b')]).toEqual([
      [1, 0, 0, 0.85],
      [0, 0.933333, 1, 0],
    ])
  })
})

describe('knowledge distillation, ALGORITHMS 2.4', () => {
  const layout = linearLayout({ embedding: 2, inputs: 1 })
  const start = firstState(params(layout, new Float32Array(3)))
  const clients = (one: number, other: number) => [
    { client: 'a', weight: one, model: [3, 4, 10] },
    { client: 'b', weight: other, model: [0, 2, 30] },
  ]
  const played = (distillation: object, more: Partial<Played> = {}): Played => ({
    settings: settings({ distillation }),
    layout,
    images: [[1]],
    ...more,
  })
  /** With a rate of 1, one image and an embedding of 2, a step of gradient descent ends at the target. */
  const rate = 1

  test.each([
    ['open', 100, 300],
    ['private', 100, 300],
    ['open', 4000, 1e-9],
    ['private', 4000, 1e-9],
    ['private', 1e-10, 0.7],
  ] as const)('features (3,4) and (0,2) are taught as (.3,.9): %s, weights %d and %d', async (teachers, one, other) => {
    const journal: Journal = []
    const { state } = await playRound(start, played({ teachers, rate }, { journal }), clients(one, other))
    const [x, y, statistic] = state.global.values
    expect([Math.abs(x - 0.3), Math.abs(y - 0.9)].every((error) => error < 1e-5)).toBe(true)
    expect(statistic).toBeCloseTo((10 * one + 30 * other) / (one + other), 4)
    expect(journal).toEqual(teachers === 'open' ? ['model a', 'model b', 'distil 1'] : ['distil 1'])
  })

  test('a smaller rate goes part of the way from the mean: (1.5,3) to (.9,1.95) at ½', async () => {
    const { state } = await playRound(start, played({ teachers: 'private', rate: 0.5 }), clients(1, 1))
    expect(weightsOf(state, 'anyone')).toEqual([0.9, 1.95])
  })

  test.each(['open', 'private'])('scores: softmax of (3,4) and (0,2) at a temperature of 2, %s', async (teachers) => {
    const distillation = { teachers, rate, targets: 'scores', temperature: 2 }
    const { state } = await playRound(start, played(distillation), clients(5, 70))
    const [one, other] = [1 / (1 + Math.exp(0.5)), 1 / (1 + Math.exp(1))]
    const [x, y] = state.global.values
    expect(x).toBeCloseTo((one + other) / 2, 5)
    expect(y).toBeCloseTo(1 - (one + other) / 2, 5)
  })

  test('over several images and with very unequal weights both ways teach the same', async () => {
    const wide = linearLayout({ embedding: 3, inputs: 2 })
    const images = [
      [1, 0],
      [0.5, -2],
      [3, 1],
    ]
    const trained = [1e-9, 0.02, 5000].map((weight, k) => ({
      client: `client-${k}`,
      weight,
      model: Array.from({ length: 7 }, (_, i) => Math.sin(7 * k + i)),
    }))
    const taught = async (teachers: string) => {
      const before = firstState(params(wide, new Float32Array(7)))
      const { state } = await playRound(before, played({ teachers, rate }, { layout: wide, images }), trained)
      return state.global.values
    }
    const [open, hidden] = [await taught('open'), await taught('private')]
    expect(Math.max(...hidden.map((value, i) => Math.abs(value - open[i])))).toBeLessThan(1e-5)
    expect(Math.max(...open.map((value, i) => Math.abs(value - trained[2].model[i])))).toBeGreaterThan(0.1)
  })

  test('every third round, and nothing is sent for it in the others', async () => {
    const journal: Journal = []
    const distilling = { teachers: 'private', every: 3, rate }
    let state = start
    for (let round = 1; round <= 6; round++)
      ({ state } = await playRound(state, played(distilling, { round, journal }), clients(1, 1)))
    expect(journal).toEqual(['distil 3', 'distil 6'])
    const sizes = [1, 2, 3].map((round) => {
      const about = { round, embedding: 2, publicImages: 1 }
      return updateLayoutOf(settings({ distillation: distilling }), layout, about).extras.length
    })
    expect(sizes).toEqual([0, 0, 1])
  })

  test('ALGORITHMS 2.7: with cosine distances as weights the mean is theirs, the target everyone’s alike', async () => {
    const chosen = settings({ distillation: { teachers: 'private', rate: 0 }, weighting: 'cosine-features' })
    const { state: untaught } = await playRound(start, { ...played({}), settings: chosen }, clients(0.1, 0.3))
    expect(weightsOf(untaught, 'anyone')).toEqual([0.75, 2.5])
    const taught = settings({ distillation: { teachers: 'private', rate }, weighting: 'cosine-features' })
    const { state } = await playRound(start, { ...played({}), settings: taught }, clients(0.1, 0.3))
    expect(weightsOf(state, 'anyone')).toEqual([0.3, 0.9])
  })

  describe('refuses targets that no model makes', () => {
    const about = { round: 1, embedding: 2, publicImages: 1 }
    const closed = async (distillation: object, values: readonly (readonly number[])[]) => {
      const chosen = settings({ distillation: { rate, ...distillation } })
      const update = updateLayoutOf(chosen, layout, about)
      const sent = values.map((value, k) => ({ client: `c${k}`, weight: 2 ** k, values: Float32Array.from(value) }))
      const closing = closingRound({ layout: update, round: 1, images: [[10]] }, sent)
      return await closeRound(strategyOf(chosen), chosen, { state: start, closing })
    }
    const share = (row: readonly number[], weight: number) => [1, 1, 0, ...row.map((value) => value / weight)]
    const wrong = { name: 'FederationError', code: 'wrong-targets' }

    test.each([
      ['embeddings', [0.6, 0.8], true],
      ['embeddings', [-0.6, -0.8], true],
      ['embeddings', [0.9, 3], false],
      ['embeddings', [-1e6, 0], false],
      ['scores', [0.25, 0.75], true],
      ['scores', [1.5, -0.7], false],
      ['scores', [0.5, 0.6], false],
    ] as const)('in private by the mean: %s of one client %j', async (targets, row, isRight) => {
      const other = targets === 'embeddings' ? [0, 1] : [0.2, 0.8]
      const closing = closed({ teachers: 'private', targets }, [share(other, 1), share(row, 2)])
      if (isRight) await expect(closing).resolves.toBeDefined()
      else await expect(closing).rejects.toMatchObject({ ...wrong, client: undefined })
    })

    const fine = [3, 4, 0]
    const wild = [3e38, 3e38, 0]
    const inTheOpen = (...models: (readonly number[])[]) => closed({ teachers: 'open', targets: 'scores' }, models)

    test('in the open by the client, where it is one among others', async () => {
      await expect(inTheOpen(fine, wild, fine)).rejects.toMatchObject({ ...wrong, client: 'c1' })
    })

    test.each([[[wild, wild]], [[wild, fine, wild]], [[wild]]])(
      'and by nobody where it may be everyone’s: %j',
      async (models) => {
        const failure = inTheOpen(...models)
        await expect(failure).rejects.toMatchObject({ ...wrong, client: undefined })
        await expect(failure).rejects.toThrow('learning rate')
      },
    )
  })

  test('needs a learner beside the server', async () => {
    const chosen = settings({ distillation: { teachers: 'open' } })
    const update = updateLayoutOf(chosen, layout, { round: 1, embedding: 2, publicImages: 1 })
    const sent = [{ client: 'a', weight: 1, values: Float32Array.of(1, 2, 3) }]
    const { learner: _, ...closing } = closingRound({ layout: update, round: 1, images: [[1]] }, sent)
    await expect(closeRound(strategyOf(chosen), chosen, { state: start, closing })).rejects.toThrow(
      'distillation needs a learner',
    )
  })
})
