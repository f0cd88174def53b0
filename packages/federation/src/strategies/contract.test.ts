import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { closeRound } from '../close-round.ts'
import { type Params, assertTravels, layoutSize, params } from '../params.ts'
import { targetsShare, targetsSpec } from '../soft-targets.ts'
import { type ServerState, firstState, modelFor } from '../strategy.ts'
import { type Images, linearLayout } from '../testing/linear-network.ts'
import { type Sent, closingRound } from '../testing/round.ts'
import { everyOption, leavesOf, optionsOf } from '../testing/setting-leaves.ts'
import { wholeLayout } from '../update-fold.ts'
import {
  type StrategyName,
  type StrategySettings,
  defaultsOf,
  publicImagesOf,
  strategies,
  strategyOf,
  updateLayoutOf,
} from './index.ts'

/** What every strategy must hold, whatever it does. A new one is tested here, with each of its options, by being in the registry. */
const layout = linearLayout({ embedding: 2, inputs: 2 })
const start = params(layout, Float32Array.of(1, 2, 3, 4, 5))
const publicSet: Images = [
  [1, 0],
  [0, 1],
  [1, 1],
]

const about = (settings: StrategySettings) => ({
  round: 1,
  embedding: 2,
  publicImages: publicImagesOf(settings) > 0 ? publicSet.length : 0,
})
const RUNS = { numRuns: 30 }
const float = { noNaN: true, noDefaultInfinity: true } as const

/** Updates of clients with names of their own. Extras are above 0, as counts are; soft targets are no longer than 1, lengths no shorter. */
function updatesFor(settings: StrategySettings) {
  const { extras } = updateLayoutOf(settings, layout, about(settings))
  const size = layoutSize(extras)
  const isShare = extras.some(({ name }) => name === targetsSpec(about(settings)).name)
  const extrasOf = (values: Float32Array, weight: number) => {
    if (isShare) return targetsShare(values, 150 * weight)
    return settings.name === 'fednova' ? [values[0], values[0] ** 2] : values
  }
  return fc
    .array(
      fc.record({
        model: fc.float32Array({ minLength: 5, maxLength: 5, min: -1e4, max: 1e4, ...float }),
        extras: fc.float32Array({ minLength: size, maxLength: size, min: 1, max: 100, ...float }),
        weight: fc.integer({ min: 1, max: 5000 }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((list) =>
      list.map(({ model, extras, weight }, k) => ({
        client: `client-${k}`,
        weight,
        values: Float32Array.of(...model, ...extrasOf(extras, weight)),
      })),
    )
}

async function afterRound(settings: StrategySettings, sent: readonly Sent[], state = firstState(start)) {
  const updateLayout = updateLayoutOf(settings, layout, about(settings))
  const closing = closingRound({ layout: updateLayout, round: 1, images: publicSet }, sent)
  const closed = await closeRound(strategyOf(settings), settings, { state, closing })
  return closed.state
}

const modelsOf = (state: ServerState, sent: readonly Sent[]): readonly Params[] =>
  sent.map(({ client }) => modelFor(state, client))

describe.each(everyOption())('the strategy $label', ({ settings }) => {
  test('sends the initial model to everyone before the first round', () => {
    expect(modelFor(firstState(start), 'anyone')).toEqual(start)
  })

  test('sends nothing that may not travel, under names of its own', () => {
    const { extras } = updateLayoutOf(settings, layout, about(settings))
    const whole = wholeLayout({ model: layout, extras })
    expect(() => assertTravels(whole)).not.toThrow()
    expect(new Set(whole.map(({ name }) => name)).size).toBe(whole.length)
    expect(extras.every(({ role }) => role === 'summed' || role === 'each')).toBe(true)
  })

  test('makes models of the same layout for everyone, and the global one for who never took part', async () => {
    await fc.assert(
      fc.asyncProperty(updatesFor(settings), async (sent) => {
        const state = await afterRound(settings, sent)
        for (const model of [state.global, ...modelsOf(state, sent)]) {
          expect(model.layout).toEqual(layout)
          expect(model.values).toHaveLength(layoutSize(layout))
          expect(model.values.every(Number.isFinite)).toBe(true)
        }
        expect(modelFor(state, 'a newcomer')).toBe(state.global)
        expect(state.groups.flatMap(({ clients }) => clients)).toEqual([
          ...new Set(state.groups.flatMap(({ clients }) => clients)),
        ])
      }),
      RUNS,
    )
  })

  test('identical updates give the same, however many', async () => {
    await fc.assert(
      fc.asyncProperty(updatesFor(settings), fc.integer({ min: 2, max: 6 }), async ([same], times) => {
        const many = Array.from({ length: times }, (_, k) => ({ ...same, client: `client-${k}` }))
        const alone = modelsOf(await afterRound(settings, [same]), [same])
        for (const model of modelsOf(await afterRound(settings, many), many)) expect(model).toEqual(alone[0])
      }),
      RUNS,
    )
  })

  test('the order in which updates come changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        updatesFor(settings).chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        async ([list, shuffled]) => {
          expect(await afterRound(settings, shuffled)).toEqual(await afterRound(settings, list))
        },
      ),
      RUNS,
    )
  })

  test('a round changes none of its inputs, and can be closed again', async () => {
    await fc.assert(
      fc.asyncProperty(updatesFor(settings), async (sent) => {
        const before = await afterRound(settings, sent)
        const copy = structuredClone({ before, sent })
        const after = await afterRound(settings, sent, before)
        expect({ before, sent }).toEqual(copy)
        expect(await afterRound(settings, sent, before)).toEqual(after)
      }),
      RUNS,
    )
  })
})

describe.each(Object.entries(strategies))('the strategy %s', (name, { settings: schema, title, paper }) => {
  const settings = defaultsOf(name as StrategyName)

  test('does not ask for the scale of weights', async () => {
    await fc.assert(
      fc.asyncProperty(updatesFor(settings), async (sent) => {
        const scaled = sent.map((update) => ({ ...update, weight: update.weight * 8 }))
        expect(await afterRound(settings, scaled)).toEqual(await afterRound(settings, sent))
      }),
      RUNS,
    )
  })

  test('is called something, says where it is published, and describes itself', () => {
    expect(title).not.toBe('')
    expect(paper).toMatch(/^https:\/\//)
    expect(v.getDescription(schema)).toMatch(/\.$/)
  })

  test.each(leavesOf(name as StrategyName))(
    'has a default, a title, a description and names of options for $path',
    (leaf) => {
      expect(leaf.schema.type).toBe('optional')
      expect(v.getTitle(leaf.schema)).toMatch(/\S/)
      expect(v.getDescription(leaf.schema)).toMatch(/\S/)
      const { options } = v.getMetadata(leaf.schema) as { options?: Record<string, string> }
      expect(Object.keys(options ?? {})).toEqual(optionsOf(leaf))
    },
  )
})
