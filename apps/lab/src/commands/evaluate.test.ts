/** What `lab extract` writes and `lab evaluate` makes of it, against an evaluation that shares no code with ours. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { writeEmbeddings } from '../measure/embeddings-file.ts'
import { initialModel, writeModel } from '../work/models.ts'
import { evaluateCommand } from './evaluate.ts'
import { extractCommand } from './extract.ts'

const MARKET = join(import.meta.dirname, '../../../../../shared/reid-data/market1501')
const choice = { backbone: 'tiny', embedding: 32 }

let folder: string
let embeddings: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-evaluate-'))
  for (const part of ['query', 'bounding_box_test']) {
    const images = join(folder, 'crops/market1501', part)
    await mkdir(images, { recursive: true })
    for (const name of await readdir(join(MARKET, part))) await symlink(join(MARKET, part, name), join(images, name))
  }
  const model = join(folder, 'model.safetensors')
  await writeModel(model, await initialModel(choice, 1), { ...choice, input: { height: 32, width: 16 } })
  const out = join(folder, 'embeddings')
  await run(extractCommand(), '--model', model, '--data', join(folder, 'crops'), '--out', out, '--workers', '1')
  embeddings = `${out}.safetensors`
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

async function run(command: ReturnType<typeof evaluateCommand>, ...flags: readonly string[]): Promise<string> {
  const printed: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  try {
    await command.exitOverride().parseAsync([...flags], { from: 'user' })
  } finally {
    spy.mockRestore()
  }
  return printed.join('')
}

interface Report {
  readonly rows: readonly (Readonly<Record<string, number>> & {
    readonly singleShot?: { readonly rank1: number }
    readonly verification?: { readonly thresholds: readonly { readonly trueAccept: number }[] }
  })[]
}

async function report(...flags: readonly string[]): Promise<Report['rows']> {
  const json = join(folder, 'figures.json')
  await run(evaluateCommand(), '--json', json, ...flags)
  return (JSON.parse(await readFile(json, 'utf8')) as Report).rows
}

interface Row {
  readonly person: string
  readonly camera: string
  readonly values: Float32Array
}

/** The file's bytes as Hugging Face's format says; who and where as Market-1501's names say. */
async function readRows(file: string): Promise<{ readonly query: readonly Row[]; readonly gallery: readonly Row[] }> {
  const bytes = await readFile(file)
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.toString('utf8', 8, end)) as {
    __metadata__: { names: string }
    embeddings: { dtype: string; shape: [number, number]; data_offsets: [number, number] }
  }
  const [count, dim] = header.embeddings.shape
  expect([header.embeddings.dtype, dim]).toEqual(['F32', 32])
  const names = JSON.parse(header.__metadata__.names) as string[]
  expect(names).toHaveLength(count)
  const rows = names.map((name, row) => {
    const [person, place] = (name.split('/').at(-1) ?? '').split('_')
    const at = end + header.embeddings.data_offsets[0] + 4 * dim * row
    const values = Float32Array.from({ length: dim }, (_, d) => bytes.readFloatLE(at + 4 * d))
    return { person, camera: place.slice(0, 2), values, query: name.includes('/query/') }
  })
  return { query: rows.filter((row) => row.query), gallery: rows.filter((row) => !row.query) }
}

/** Everything sorted, every rank walked through. Scores are float32, as torchreid's are. */
async function bruteForce(file: string, unmatched: 'skip' | 'zero') {
  const { query, gallery } = await readRows(file)
  const lists = query.map(({ person, camera, values }) =>
    gallery
      .filter((item) => item.person !== '-1' && !(item.person === person && item.camera === camera))
      .map((item, at) => ({
        at,
        hit: item.person === person && person !== '0000',
        score: Math.fround(values.reduce((sum, value, d) => sum + value * item.values[d], 0)),
      }))
      .sort((a, b) => b.score - a.score || a.at - b.at)
      .map(({ hit }) => hit),
  )
  const counted = unmatched === 'zero' ? lists : lists.filter((list) => list.includes(true))
  const mean = (of: (list: readonly boolean[]) => number) =>
    (100 * counted.reduce((sum, list) => sum + of(list), 0)) / counted.length
  const averaged = (precision: (hits: number, rank: number) => number) => (list: readonly boolean[]) => {
    let hits = 0
    let sum = 0
    for (const [before, hit] of list.entries()) if (hit) sum += precision(++hits, before + 1)
    return hits === 0 ? 0 : sum / hits
  }
  const within = (ranks: number) => mean((list) => (list.slice(0, ranks).includes(true) ? 1 : 0))
  return {
    queries: counted.length,
    rank1: within(1),
    rank5: within(5),
    rank10: within(10),
    mAP: mean(averaged((hits, rank) => hits / rank)),
    mAPTrapezoid: mean(averaged((hits, rank) => (hits / rank + (rank === 1 ? 1 : (hits - 1) / (rank - 1))) / 2)),
  }
}

describe('embeddings of real crops', () => {
  test.each(['skip', 'zero'] as const)('have the figures of a brute-force evaluation (unmatched: %s)', async (how) => {
    const expected = await bruteForce(embeddings, how)
    const [found] = await report('--embeddings', embeddings, '--unmatched', how)
    expect(expected.queries).toBeGreaterThan(440)
    expect(expected.mAP).toBeGreaterThan(1)
    for (const [name, value] of Object.entries(expected)) expect(found[name]).toBeCloseTo(value, 6)
  })

  test('more is measured where it is asked for', async () => {
    const rows = await report(
      '--embeddings',
      embeddings,
      '--re-rank',
      '--k1',
      '8',
      '--single-shot',
      '5',
      '--thresholds',
    )
    expect(rows.map((row) => row.reRanked)).toEqual([undefined, { k1: 8, k2: 6, lambda: 0.3 }])
    for (const { singleShot, verification } of rows) {
      expect(singleShot?.rank1).toBeGreaterThan(0)
      expect(verification?.thresholds).toHaveLength(3)
      expect(verification?.thresholds[0].trueAccept).toBeGreaterThan(verification?.thresholds[2].trueAccept ?? Infinity)
    }
  })

  test('the curve falls from everything to nothing', async () => {
    const roc = join(folder, 'roc.csv')
    const printed = await run(evaluateCommand(), '--embeddings', embeddings, '--roc', roc)
    expect(printed).toContain('which threshold?')
    const [header, ...lines] = (await readFile(roc, 'utf8')).trim().split('\r\n')
    expect(header).toBe('set,what,threshold,false accept,true accept,impostor pairs,genuine pairs')
    const points = lines.map((line) => line.split(',').slice(2).map(Number))
    expect(points).toHaveLength(1024)
    expect(points.at(-1)?.slice(1, 3)).toEqual([1, 1])
    for (const [at, [threshold, wrong, right]] of points.slice(1).entries()) {
      expect(threshold).toBeLessThan(points[at][0])
      expect(wrong).toBeGreaterThanOrEqual(points[at][1])
      expect(right).toBeGreaterThanOrEqual(points[at][2])
    }
  })

  test('one file searched among another is the same search; in itself, a query is an image too', async () => {
    await expect(
      run(extractCommand(), '--model', join(folder, 'model.safetensors'), '--data', folder, '--out', embeddings),
    ).rejects.toThrow(`${embeddings} is there already`)
    const [all] = await report('--embeddings', embeddings)
    const [own] = await report('--embeddings', embeddings, '--gallery-embeddings', embeddings)
    expect(own.queries).toBeGreaterThan(all.queries)
    expect(own.gallery).toBe(1893)
  })

  test('what cannot be evaluated is refused with what to do', async () => {
    await expect(report('--embeddings', join(folder, 'model.safetensors'))).rejects.toThrow(/no file of lab extract/)
    await expect(report('--embeddings', join(folder, 'none'))).rejects.toThrow(/write them by lab extract/)
    await expect(report('--gallery-embeddings', embeddings)).rejects.toThrow(/needs --embeddings/)
    await expect(report()).rejects.toThrow(/Nothing to measure/)
    const file = async (identity: string) => {
      const named = { names: [identity], identities: [identity], cameras: ['c1'] }
      await writeEmbeddings(join(folder, identity), { ...named, embeddings: new Float32Array([1]), dim: 1 })
      return join(folder, identity)
    }
    await expect(
      report('--embeddings', await file('0001'), '--gallery-embeddings', await file('0002'), '--unmatched', 'zero'),
    ).rejects.toThrow(/none of 1 queries has a right image among 1/)
  })
})
