import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeSafetensors } from '@passerby/protocol'
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openModel } from './model-choice.ts'
import { initialModel, writeModel } from './models.ts'

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'passerby-models-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('a variant with the same parameters is recognised by the name in its file', () =>
  inFolder(async (folder) => {
    const origin = { backbone: 'tiny+gem', embedding: 32, input: { height: 32, width: 16 } }
    const file = join(folder, 'model.safetensors')
    await writeModel(file, await initialModel(origin, 1), origin)
    expect((await openModel(file)).choice).toEqual({ backbone: 'tiny+gem', embedding: 32 })
  }))

test('a batch norm as the embedding is recognised without a name, and is as wide as the features', () =>
  inFolder(async (folder) => {
    const model = await initialModel({ backbone: 'osnet_x0_25+bnneck', embedding: 128 }, 1)
    const file = join(folder, 'model.safetensors')
    await writeFile(file, encodeSafetensors(model, { backbone: 'a name of nobody' }))
    expect((await openModel(file)).choice).toEqual({ backbone: 'osnet_x0_25+bnneck', embedding: 128 })
  }))
