import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { FederationSettings } from './settings.ts'

const parsed = (local: object) => v.safeParse(FederationSettings, { name: 'Two stations', local })

describe('settings', () => {
  test('need a name and nothing else', () => {
    const { success, output } = parsed({})
    expect(success).toBe(true)
    expect(output).toMatchObject({ rounds: 40, local: { backbone: 'osnet_x0_25', nesterov: true, momentum: 0.9 } })
  })

  test.each([
    ['local.nesterov', { nesterov: true, momentum: 0 }],
    ['local.pad', { pad: { height: 64, width: 4 }, input: { height: 64, width: 32 } }],
    ['local.schedule.milestones', { schedule: { milestones: [28, 28] } }],
    ['local.schedule.milestones', { schedule: { kind: 'cosine', milestones: [28] } }],
    ['local.loss.identity', { loss: { identity: 0 } }],
    ['local.sampling.by', { loss: { triplet: 1 } }],
    ['local.sampling.imagesEach', { sampling: { by: 'identity', imagesEach: 5 } }],
    ['local.sampling.imagesEach', { batchSize: 4, sampling: { by: 'identity', imagesEach: 4 } }],
    ['local.erasing.maxArea', { erasing: { minArea: 0.3, maxArea: 0.2 } }],
  ])('%s refuses a combination that means nothing', (path, local) => {
    const { success, issues } = parsed(local)
    expect(success).toBe(false)
    expect(issues?.map((issue) => v.getDotPath(issue))).toEqual([path])
  })

  test.each([
    ['no momentum without Nesterov', { nesterov: false, momentum: 0 }],
    ['no momentum with Adam, which has neither', { optimiser: 'adam', momentum: 0 }],
    ['triplets from batches by identity', { loss: { triplet: 1 }, sampling: { by: 'identity' } }],
    ['triplets alone', { loss: { identity: 0, triplet: 1 }, sampling: { by: 'identity', imagesEach: 16 } }],
    ['more images each than a shuffled batch holds', { sampling: { imagesEach: 64 } }],
  ])('allow %s', (_, local) => expect(parsed(local).success).toBe(true))

  test('of federations from before there were losses to choose mean what they meant', () => {
    const { output } = parsed({ schedule: { milestones: [28], factor: 0.1 }, momentum: 0.9, labelSmoothing: 0.1 })
    expect(output).toMatchObject({
      local: {
        schedule: { kind: 'steps', milestones: [28], factor: 0.1, warmUp: 0 },
        optimiser: 'sgd',
        clip: 0,
        loss: { identity: 1, triplet: 0, centre: 0 },
        dropout: 0,
        sampling: { by: 'shuffle' },
        erasing: { probability: 0 },
        jitter: { brightness: 0, contrast: 0, saturation: 0 },
      },
    })
  })

  test('of federations from before there were strategies to choose mean what they meant', () => {
    const { output } = v.safeParse(FederationSettings, {
      name: 'Two stations',
      strategy: { name: 'fedpav', statistics: 'average' },
    })
    const off = { clustering: { by: 'off' }, distillation: { teachers: 'off' } }
    expect(output).toMatchObject({ strategy: { name: 'fedpav', statistics: 'average', weighting: 'images', ...off } })
    expect(output).toEqual(parsed({}).output)
  })
})

describe('a strategy', () => {
  const issuesOf = (strategy: object, local: object = {}) =>
    v
      .safeParse(FederationSettings, { name: 'Two stations', strategy, local })
      .issues?.map((issue) => [v.getDotPath(issue), issue.message])

  test.each([
    [{ name: 'fedprox', proximal: 0.01 }, { clip: 5 }, 'set one of the two to 0'],
    [{ name: 'fednova' }, { optimiser: 'adam' }, 'let clients train by SGD'],
  ])('%o refuses clients that train by %o, and says what to change', (strategy, local, message) => {
    expect(issuesOf(strategy, local)).toEqual([['strategy.name', expect.stringContaining(message)]])
  })

  test.each([
    [{ name: 'fedprox', proximal: 0.01 }, { clip: 0 }],
    [{ name: 'fedprox', proximal: 0 }, { clip: 5 }],
    [{ name: 'fedprox' }, { optimiser: 'adam' }],
    [{ name: 'fednova' }, { clip: 5, momentum: 0, nesterov: false }],
    [{ name: 'fedpav' }, { optimiser: 'adam', clip: 5 }],
  ])('%o allows clients that train by %o', (strategy, local) => expect(issuesOf(strategy, local)).toBeUndefined())

  test('is told where one of its own settings is wrong, clients’ settings aside', () => {
    expect(issuesOf({ name: 'fedprox', proximal: -1 }, { clip: 5 })?.map(([path]) => path)).toEqual([
      'strategy.proximal',
    ])
    expect(issuesOf({ name: 'fedpav', clustering: { by: 'flattened' }, distillation: { teachers: 'open' } })).toEqual([
      ['strategy.distillation.teachers', expect.stringContaining('switch one of the two off')],
    ])
  })

  test.each([
    [{ name: 'fedavg' }, '"fedavg"'],
    [{}, 'undefined'],
  ])('%o is told which there are', (strategy, received) => {
    expect(issuesOf(strategy)).toEqual([
      ['strategy.name', `The strategy must be one of fedpav, fedprox, fednova, fedavgm, fedadam, not ${received}.`],
    ])
  })
})
