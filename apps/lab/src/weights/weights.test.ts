import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initialModel, writeModel } from '../work/models.ts'
import { openModel } from '../work/model-choice.ts'
import { exportWeights } from './export-weights.ts'
import { importWeights } from './import-weights.ts'
import { showWeights } from './show-weights.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-weights-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const tiny = { backbone: 'tiny', embedding: 16, input: { height: 64, width: 32 } }
const taking = { ...tiny, partial: false, seed: 1 }

test.each(['model.onnx', 'state-dict.safetensors'])('a model goes out as %s and comes in as it was', async (name) => {
  const model = join(folder, 'model.safetensors')
  await writeModel(model, await initialModel(tiny, 7), tiny)
  const out = join(folder, 'deep', name)
  expect(await exportWeights(model, { to: out, size: undefined })).toContain('tiny for 64×32')
  const back = join(folder, 'back.safetensors')
  const said = await importWeights(out, { ...taking, out: back, force: true })
  expect(said).toEqual([expect.stringContaining(': 53 of 53 tensors of tiny from ')])
  expect(await readFile(back)).toEqual(await readFile(model))
  // What simulate and demo do with --init.
  expect(await initialModel(tiny, 1, back)).toEqual(await initialModel(tiny, 7))
  expect(await openModel(back)).toMatchObject({ choice: { backbone: 'tiny', embedding: 16 }, size: tiny.input })
})

test('a folder gets a TensorFlow.js model', async () => {
  const model = join(folder, 'web.safetensors')
  await writeModel(model, await initialModel(tiny, 7), tiny)
  await exportWeights(model, { to: join(folder, 'web'), size: { height: 128, width: 64 } })
  expect((await readdir(join(folder, 'web'))).sort()).toEqual(['model.json', 'weights.bin'])
  await expect(exportWeights(model, { to: join(folder, 'model.pb'), size: undefined })).rejects.toThrow(
    'end it in .onnx',
  )
})

test('a model that does not fit is refused with what does not, unless a part is asked for', async () => {
  const model = join(folder, 'wide.safetensors')
  const wide = { ...tiny, embedding: 32 }
  await writeModel(model, await initialModel(wide, 7), wide)
  const out = join(folder, 'part.safetensors')
  await expect(importWeights(model, { ...taking, out })).rejects.toThrow(
    /is not tiny with 16 values: .*--partial\n {2}6 of another shape: fc\.0\.weight: 16×16 here, 16×32 in the file/,
  )
  const [list, done] = await importWeights(model, { ...taking, out, partial: true })
  expect(list).toContain('6 of another shape')
  expect(done).toContain('47 of 53 tensors of tiny')
  expect(done).toContain('the rest is drawn from seed 1')
  const resnet = importWeights(model, { ...taking, out, partial: true, backbone: 'resnet18', force: true })
  await expect(resnet).rejects.toThrow('choose another --backbone')
})

test('a file that has little of the network is refused, unless that is insisted on', async () => {
  const { layout, values } = await initialModel(tiny, 7)
  const first = layout.slice(0, 3)
  const size = first.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)
  const file = join(folder, 'three.safetensors')
  await writeModel(file, { layout: first, values: values.subarray(0, size) }, tiny)
  const little = { ...taking, partial: true, out: join(folder, 'little.safetensors') }
  const share = `${((100 * size) / values.length).toFixed(1)} % of its values`
  await expect(importWeights(file, little)).rejects.toThrow(`has 3 of 53 tensors of tiny, ${share}: choose another`)
  expect((await importWeights(file, { ...little, atLeast: 0 })).at(-1)).toContain(`3 of 53 tensors of tiny, ${share}`)
})

test('nothing that is there is replaced unasked', async () => {
  const model = join(folder, 'mine.safetensors')
  await writeModel(model, await initialModel(tiny, 7), tiny)
  const before = await readFile(model)
  await expect(exportWeights(model, { to: model, size: undefined })).rejects.toThrow('--force')
  await expect(importWeights(model, { ...taking, out: model })).rejects.toThrow('--force')
  await exportWeights(model, { to: join(folder, 'web-twice'), size: undefined })
  await expect(exportWeights(model, { to: join(folder, 'web-twice'), size: undefined })).rejects.toThrow('--force')
  expect(await readFile(model)).toEqual(before)
  await expect(importWeights(model, { ...taking, out: join(folder, 'out.onnx') })).rejects.toThrow('.safetensors')
})

test.each([
  ['dict.safetensors', 'a PyTorch state dict'],
  ['graph.onnx', 'an ONNX file'],
])('%s in place of a model says what it is and how to bring it in', async (name, kind) => {
  const model = join(folder, `before-${name}.safetensors`)
  await writeModel(model, await initialModel(tiny, 7), tiny)
  const to = join(folder, name)
  await exportWeights(model, { to, size: undefined })
  await expect(openModel(to)).rejects.toThrow(kind)
  await expect(openModel(to)).rejects.toThrow(`lab weights import ${to} --backbone`)
})

test('a table tells what a file holds; what is no such file is refused in words', async () => {
  const model = join(folder, 'shown.safetensors')
  await writeModel(model, await initialModel(tiny, 7), tiny)
  const lines = (await showWeights(model)).split('\n')
  expect(lines[1]).toMatch(/^conv1\.conv\.weight +3×3×3×8 +216 +-0\.1\d+ +0\.1\d+$/)
  expect(lines).toContain('backbone: tiny')
  await writeFile(join(folder, 'text'), 'hello')
  await expect(showWeights(join(folder, 'text'))).rejects.toThrow('neither safetensors, ONNX nor a PyTorch checkpoint')
  await expect(showWeights(join(folder, 'nothing'))).rejects.toThrow('cannot be read')
})
