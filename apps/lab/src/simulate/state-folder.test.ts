import { type Params, firstState } from '@passerby/federation'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keptRound, stateFolder } from './state-folder.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-state-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const global: Params = {
  layout: [
    { name: 'conv.weight', shape: [2, 1], role: 'weight' },
    { name: 'bn.running_mean', shape: [1], role: 'statistic' },
  ],
  values: new Float32Array([0.1, -2, 3e-9]),
}
const own: Params = { ...global, values: new Float32Array([7, 8, 9]) }
const at = (round: number) =>
  new Map([
    [
      'market/c1',
      {
        round,
        server: {
          global,
          groups: [
            { clients: ['market/c1'], model: own },
            { clients: ['market/c2', 'market/c3'], model: global },
          ],
          memory: { momentum: new Float32Array([0.5, round]), 'second moment': new Float32Array([1e-9]) },
        },
        memories: new Map([['market/c1', new Map([['head/x', new Uint8Array([1, 2, round])]])]]),
      },
    ],
    ['market/c2', { round, server: firstState(own), memories: new Map() }],
  ])

test('the last round comes back whole, and only it is kept', async () => {
  const kept = stateFolder<string[]>(folder, { seed: 1 })
  expect(await kept.load()).toBeUndefined()
  await kept.save(at(1), ['one'])
  await kept.save(at(2), ['one', 'two'])
  expect(await kept.load()).toEqual({ round: 2, states: at(2), records: ['one', 'two'] })
})

test('a round whose writing was cut off does not count', async () => {
  const kept = stateFolder<string[]>(folder, {})
  await kept.save(at(1), ['one'])
  await mkdir(join(folder, 'round-000002.part'))
  expect((await kept.load())?.round).toBe(1)
  await kept.save(at(2), ['one', 'two'])
  expect((await kept.load())?.round).toBe(2)
})

test('a run with another configuration is refused, not continued', async () => {
  await stateFolder<string[]>(folder, { seed: 1 }).save(at(1), [])
  await expect(stateFolder<string[]>(folder, { seed: 2 }).load()).rejects.toThrow('choose another folder')
  await expect(stateFolder<string[]>(folder, { seed: 2 }).round()).rejects.toThrow('choose another folder')
})

test('what is cleared are the rounds, not what else lies there', async () => {
  const kept = stateFolder<string[]>(folder, {})
  await kept.save(at(3), ['three'])
  expect(await kept.round()).toBe(3)
  expect(keptRound(folder)).toBe(3)
  await writeFile(join(folder, 'notes.txt'), 'mine')
  await kept.clear()
  expect(await kept.round()).toBe(0)
  expect(keptRound(folder)).toBe(0)
  expect(await readdir(folder)).toEqual(['notes.txt'])
})
