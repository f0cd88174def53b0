import { Command } from 'commander'
import { expect, test } from 'vitest'
import { type LearningFlags, addLearningOptions, federationSettings } from './learning.ts'

function flags(...words: string[]): LearningFlags {
  const defaults = { backbone: 'osnet_x0_25', size: { height: 64, width: 32 }, rounds: 40 }
  const command = addLearningOptions(new Command(), defaults)
    .exitOverride()
    .configureOutput({ writeErr() {} })
  return { ...command.parse(words, { from: 'user' }).opts<Omit<LearningFlags, 'seed'>>(), seed: 1 }
}
const federation = { name: 'x', validation: 0, evaluateEvery: 1, minClients: 1 }

test('without flags, local training is that of the reference', () => {
  const { local, rounds, strategy } = federationSettings(flags(), federation)
  expect({ rounds, ...strategy }).toEqual({ rounds: 40, name: 'fedpav', statistics: 'average' })
  expect(local).toEqual({
    backbone: 'osnet_x0_25',
    embedding: 512,
    input: { height: 64, width: 32 },
    epochs: 1,
    batchSize: 32,
    backboneRate: 0.05,
    headRate: 0.05,
    schedule: { milestones: [28], factor: 0.1 },
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
    labelSmoothing: 0.1,
    flip: true,
    pad: { height: 4, width: 2 },
    validation: 0,
    averagePrecision: 'rectangle',
  })
})

test('the head learns at the backbone’s rate unless it has its own', () => {
  expect(federationSettings(flags('--rate', '.01'), federation).local).toMatchObject({
    backboneRate: 0.01,
    headRate: 0.01,
  })
  expect(federationSettings(flags('--head-rate', '.2'), federation).local.headRate).toBe(0.2)
})

test('a run of one round has no milestone', () => {
  expect(federationSettings(flags('--rounds', '1'), federation).local.schedule.milestones).toEqual([])
})

test('an unknown backbone names those that there are', () => {
  expect(() => flags('--backbone', 'resnet')).toThrow(/osnet_x0_25, osnet_x0_5/)
})
