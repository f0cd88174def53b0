import { Command } from 'commander'
import { expect, test } from 'vitest'
import { backboneName } from './backbone-argument.ts'
import { type LearningFlags, addLearningOptions, federationSettings } from './learning.ts'

const federation = { name: 'x', validation: 0, evaluateEvery: 1, minClients: 1 }

function settingsOf(...words: string[]) {
  const defaults = { backbone: 'osnet_x0_25', size: { height: 64, width: 32 }, rounds: 40 }
  const command = addLearningOptions(new Command(), defaults).parse(words, { from: 'user' })
  return federationSettings({ ...command.opts<Omit<LearningFlags, 'seed'>>(), seed: 1 }, federation).local
}

test('a variant is a backbone, in one spelling', () => {
  expect(settingsOf('--backbone', 'resnet18+gem+stride1')).toMatchObject({
    backbone: 'resnet18+stride1+gem',
    embedding: 512,
  })
})

test('with a batch norm as the embedding the settings say how wide it is', () => {
  expect(settingsOf('--backbone', 'mobilenet_v2+bnneck', '--embedding', '64').embedding).toBe(1280)
})

test.each([
  ['resnet50+gen', "no option 'gen' in 'resnet50+gen'; there are stride1, gem, bnneck."],
  ['osnet_x1_0+stride1', "'osnet_x1_0' takes gem, bnneck, not 'stride1'."],
])('%s is refused in words', (name, sentence) => {
  expect(() => backboneName(name)).toThrow(sentence)
})
