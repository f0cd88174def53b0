import { strategies } from '@passerby/federation'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { type LearningFlags, addLearningOptions, federationSettings } from './learning.ts'

const defaults = { backbone: 'osnet_x0_25', size: { height: 64, width: 32 }, rounds: 40 }

function flags(...words: string[]): LearningFlags {
  const command = addLearningOptions(new Command(), defaults)
    .exitOverride()
    .configureOutput({ writeErr() {} })
  return { ...command.parse(words, { from: 'user' }).opts<Omit<LearningFlags, 'seed'>>(), seed: 1 }
}
const federation = { name: 'x', validation: 0, evaluateEvery: 1, minClients: 1 }

test('without flags, local training is that of the reference', () => {
  const { local, rounds, strategy } = federationSettings(flags(), federation)
  expect({ rounds, ...strategy }).toMatchObject({ rounds: 40, name: 'fedpav', statistics: 'average' })
  expect(local).toEqual({
    backbone: 'osnet_x0_25',
    embedding: 512,
    input: { height: 64, width: 32 },
    epochs: 1,
    batchSize: 32,
    backboneRate: 0.05,
    headRate: 0.05,
    schedule: { kind: 'steps', milestones: [28], factor: 0.1, floor: 0, warmUp: 0 },
    optimiser: 'sgd',
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
    clip: 0,
    loss: { identity: 1, triplet: 0, margin: 0.3, softMargin: false, centre: 0, centreRate: 0.5 },
    labelSmoothing: 0.1,
    dropout: 0,
    sampling: { by: 'shuffle', imagesEach: 4 },
    flip: true,
    pad: { height: 4, width: 2 },
    erasing: { probability: 0, minArea: 0.02, maxArea: 0.4, minAspect: 0.3 },
    jitter: { brightness: 0, contrast: 0, saturation: 0 },
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

test('any setting of the schema is set by its path, and wins over its flag', () => {
  const chosen = [
    'local.loss.triplet=0.5',
    'local.loss.softMargin=on',
    'local.sampling.by=identity',
    'local.backboneRate=3e-4',
    'cohort.deadlineSeconds=90',
    'local.schedule.milestones=5,8',
    'local.loss.triplet=2',
  ]
  const words = chosen.flatMap((setting) => ['--set', setting])
  const { local, cohort } = federationSettings(flags('--rate', '0.1', ...words), federation)
  expect(local.loss).toMatchObject({ identity: 1, triplet: 2, softMargin: true })
  expect(local).toMatchObject({ sampling: { by: 'identity' }, backboneRate: 3e-4, headRate: 0.1 })
  expect(local.schedule).toMatchObject({ milestones: [5, 8], factor: 0.1 })
  expect(cohort).toMatchObject({ deadlineSeconds: 90, minClients: 1 })
})

test('every strategy is there by its name, with settings of its own, and the help says what it is called', () => {
  for (const [name, { title }] of Object.entries(strategies)) {
    expect(federationSettings(flags('--strategy', name), federation).strategy.name).toBe(name)
    expect(addLearningOptions(new Command(), defaults).helpInformation()).toContain(title)
  }
  expect(() => flags('--strategy', 'fedsgd')).toThrow('fedpav')
  const clustered = flags('--set', 'strategy.clustering.by=flattened', '--set', 'strategy.statistics=first')
  expect(federationSettings(clustered, federation).strategy).toMatchObject({
    name: 'fedpav',
    statistics: 'first',
    clustering: { by: 'flattened' },
  })
})

test('a setting of another strategy is refused, not passed over', () =>
  expect(() =>
    federationSettings(flags('--strategy', 'fedprox', '--set', 'strategy.clustering.by=averaged'), federation),
  ).toThrow('fedprox has no setting strategy.clustering.by: it is for --strategy fedpav'))

test('what a strategy refuses is refused by its sentence', () =>
  expect(() => federationSettings(flags('--strategy', 'fedprox', '--set', 'local.clip=1'), federation)).toThrow(
    'strategy.name: ',
  ))

test('milestones and padding go by the rounds and the input size that were set', () => {
  const words = ['rounds=10', 'local.input.height=128', 'local.input.width=64'].flatMap((text) => ['--set', text])
  const { rounds, local } = federationSettings(flags('--rounds', '40', '--size', '64x32', ...words), federation)
  expect(rounds).toBe(10)
  expect(local.schedule.milestones).toEqual([7])
  expect(local).toMatchObject({ input: { height: 128, width: 64 }, pad: { height: 8, width: 4 } })
})

test('a cosine has no milestone', () => {
  const { schedule } = federationSettings(flags('--set', 'local.schedule.kind=cosine'), federation).local
  expect(schedule).toMatchObject({ kind: 'cosine', milestones: [] })
})

test.each([
  ['local.los.triplet=1', 'local.loss.triplet'],
  ['local.loss.tripet=1', "There is no 'local.loss.tripet'; did you mean local.loss.triplet?"],
  ['local.loss=1', 'local.loss.triplet'],
  ['local.optimiser.name=adam', "There is no 'local.optimiser.name'; did you mean local.optimiser?"],
  ['strategy.clustering=flattened', /0\.5: strategy\.clustering\.by, strategy\.clustering\.images\.$/],
  ['local.dropout', "A number is needed, not ''"],
  ['local.dropout=half', "A number is needed, not 'half'"],
  ['local.flip=maybe', "On or off is needed, not 'maybe'"],
])('--set %s is refused', (text, sentence) => expect(() => flags('--set', text)).toThrow(sentence))

test('a choice that there is not is told with those that there are', () =>
  expect(() => federationSettings(flags('--set', 'strategy.clustering.by=flattend'), federation)).toThrow(
    'cannot be used: strategy.clustering.by: one of off, flattened, averaged is needed, not "flattend": did you mean flattened?',
  ))

test('what the schema refuses is refused by its sentence', () =>
  expect(() => federationSettings(flags('--set', 'local.loss.triplet=1'), federation)).toThrow(
    'make batches by identity',
  ))
