import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../work/model-choice.ts'
import { initialModel, writeModel } from '../work/models.ts'
import { measureModel } from './measure-model.ts'

const REAL = '../shared/reid-data/pku-reid'
const tiny = { backbone: 'tiny', embedding: 16, input: { height: 32, width: 16 } }
const progress = { say() {}, begin: () => ({ update() {}, end() {} }) }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-measure-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(!existsSync(REAL))('batch norms on real crops', { timeout: 60_000 }, () => {
  test('a model file gets its statistics and stays the model that it was', async () => {
    const file = join(folder, 'model.safetensors')
    const drawn = await initialModel(tiny, 7)
    await writeModel(file, drawn, tiny)
    expect(await measureModel(file, { data: REAL, progress })).toContain('measured on 512 images')
    const { choice, size, backbone } = await openModel(file)
    expect({ ...choice, input: size }).toEqual(tiny)
    const means = (values: Float32Array) => {
      let at = 0
      return drawn.layout.flatMap(({ name, shape }) => {
        const part = values.subarray(at, (at += shape.reduce((product, side) => product * side, 1)))
        return name.endsWith('running_mean') ? [...part] : []
      })
    }
    expect(means(drawn.values).every((mean) => mean === 0)).toBe(true)
    expect(means(backbone.values).some((mean) => mean === 0)).toBe(false)
  })
})
