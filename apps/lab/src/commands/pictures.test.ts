import { decode } from 'fast-png'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { initialModel, writeModel } from '../work/models.ts'
import { picturesCommand } from './pictures.ts'

const choice = { backbone: 'tiny', embedding: 16 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-pictures-'))
  await writeModel(join(folder, 'model.safetensors'), await initialModel(choice, 1), {
    ...choice,
    input: { height: 32, width: 16 },
  })
})
afterAll(() => rm(folder, { recursive: true }))

test('generated people are drawn: who was found, where the network looks, how embeddings lie', async () => {
  const out = join(folder, 'pictures')
  const json = join(folder, 'sheets.json')
  const spy = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const flags = {
    model: join(folder, 'model.safetensors'),
    people: '2',
    cameras: '2',
    queries: '3',
    top: '4',
    out,
    json,
  }
  try {
    const words = Object.entries({ ...flags, workers: '1' }).flatMap(([name, value]) => [`--${name}`, value])
    await picturesCommand().exitOverride().parseAsync(words, { from: 'user' })
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/last map is \d×\d here.*larger --size/))
  } finally {
    said.mockRestore()
    spy.mockRestore()
  }
  expect((await readdir(out)).sort()).toEqual([
    'synthetic-activations.png',
    'synthetic-components.svg',
    'synthetic-ranked.png',
  ])
  const sheet = decode(await readFile(join(out, 'synthetic-ranked.png')))
  expect([sheet.width, sheet.height]).toEqual([24 + 88 + 18 + 4 * 94 - 6, 24 + 3 * 186 + 2 * 6])
  const maps = decode(await readFile(join(out, 'synthetic-activations.png')))
  expect([maps.width, maps.height]).toEqual([24 + 3 * (240 + 8 + 16) - 16, 24 + 160])
  const { sheets } = JSON.parse(await readFile(json, 'utf8')) as {
    sheets: { rows: { query: string; found: { name: string; kind: string; rank: number }[] }[] }[]
  }
  expect(sheets).toHaveLength(1)
  expect(sheets[0].rows).toHaveLength(3)
  for (const { query, found } of sheets[0].rows) {
    expect(found.map(({ rank }) => rank)).toEqual([1, 2, 3, 4])
    // Names are <identity>/<camera>_<image>.png.
    for (const { name, kind } of found) expect(kind === 'right').toBe(name.slice(0, 4) === query.slice(0, 4))
  }
}, 60_000)
