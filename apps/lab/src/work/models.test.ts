import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from './model-choice.ts'
import { fitted, initialModel, readModel, writeModel } from './models.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-models-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const tiny = { backbone: 'tiny', embedding: 16, input: { height: 64, width: 32 } }

test('a written model is an initial model again, and tells its backbone', async () => {
  const model = await initialModel(tiny, 7)
  const file = join(folder, 'deep', 'model.safetensors')
  await writeModel(file, model, tiny)
  expect(await initialModel(tiny, 1, file)).toEqual(model)
  expect(await openModel(file)).toEqual({
    choice: { backbone: 'tiny', embedding: 16 },
    backbone: model,
    size: { height: 64, width: 32 },
  })
})

test('parameters are found by name, whatever their order; what the backbone does not know is left out', () => {
  const file = {
    layout: [
      { name: 'classifier.weight', shape: [2], role: 'weight' as const },
      { name: 'b', shape: [1], role: 'weight' as const },
      { name: 'a', shape: [2], role: 'weight' as const },
    ],
    values: new Float32Array([9, 9, 3, 1, 2]),
  }
  const layout = [
    { name: 'a', shape: [2], role: 'weight' as const },
    { name: 'b', shape: [1], role: 'weight' as const },
  ]
  expect(fitted(file, layout, 'x')).toEqual({ layout, values: new Float32Array([1, 2, 3]) })
})

test('a file of another model, of another kind or of no kind is refused by what is wrong with it', async () => {
  const file = join(folder, 'tiny.safetensors')
  await writeModel(file, await initialModel(tiny, 1), tiny)
  await expect(initialModel({ backbone: 'osnet_x0_25', embedding: 16 }, 1, file)).rejects.toThrow(/'conv1.*is /)
  await writeFile(join(folder, 'x'), 'not a model')
  await expect(readModel(join(folder, 'x'))).rejects.toThrow('safetensors')
  await expect(readModel(join(folder, 'missing'))).rejects.toThrow('cannot be read')
})
