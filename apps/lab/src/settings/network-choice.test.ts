import { Command } from 'commander'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { initialModel, writeModel } from '../work/models.ts'
import { addLearningOptions } from './learning.ts'
import { withNetwork } from './network-choice.ts'

function command(...words: string[]): Command {
  const defaults = { backbone: 'osnet_x0_25', size: { height: 64, width: 32 }, rounds: 40 }
  return addLearningOptions(new Command(), defaults).option('--init <file>').parse(words, { from: 'user' })
}

test('a flag wins over the command’s own choice', async () => {
  const flags = await withNetwork(command('--embedding', '64'), { backbone: 'tiny', embedding: 128, epochs: 4 })
  expect(flags).toMatchObject({ backbone: 'tiny', embedding: 64, epochs: 4, batch: 32 })
})

test('a first model brings its own network and input size', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passerby-choice-'))
  try {
    const file = join(folder, 'model.safetensors')
    const origin = { backbone: 'tiny', embedding: 32, input: { height: 32, width: 16 } }
    await writeModel(file, await initialModel(origin, 1), origin)
    const flags = await withNetwork(command('--init', file), { embedding: 128 })
    expect(flags).toMatchObject({ backbone: 'tiny', embedding: 32, size: { height: 32, width: 16 } })
  } finally {
    await rm(folder, { recursive: true })
  }
})
