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
    ['local.proximal', { proximal: 0.01, clip: 5 }],
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
    ['a proximal term without clipping', { proximal: 0.01, clip: 0 }],
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
        proximal: 0,
        loss: { identity: 1, triplet: 0, centre: 0 },
        dropout: 0,
        sampling: { by: 'shuffle' },
        erasing: { probability: 0 },
        jitter: { brightness: 0, contrast: 0, saturation: 0 },
      },
    })
  })
})
