import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCorpus } from '../corpus/corpus.ts'
import { generatedDataSet } from '../corpus/generated.ts'
import { splitNamed } from '../settings/data.ts'
import { parseExperiment } from './read.ts'
import { readResults, runFolder } from './run-folder.ts'
import { type SweepSurroundings, sweep } from './sweep.ts'

const TEXT = `
name: two rates
data: { folder: synthetic, images: 20 }
arms: [{ mode: federated, scenario: by-camera }]
settings: { rounds: 2, local: { backbone: tiny, embedding: 16, batchSize: 10, input: { height: 32, width: 16 } } }
grid: { local.backboneRate: [0.05, 0.02] }
`
const people = generatedDataSet({ people: 8, cameras: 2, seed: 1, unseen: 6 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-sweep-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Played {
  readonly said: readonly string[]
  readonly rounds: readonly number[]
}

/** Plays into `out`. From the `stopAt`-th kept round on, each ends its run, as a kill would. */
async function play(out: string, { text = TEXT, stopAt = Infinity, set = people } = {}): Promise<Played> {
  const said: string[] = []
  const rounds: number[] = []
  const progress: SweepSurroundings['progress'] = {
    say: (line) => void said.push(line),
    begin: () => ({
      update(done) {
        rounds.push(done)
        if (rounds.length >= stopAt) throw new Error('killed')
      },
      end() {},
    }),
  }
  const openCorpus: SweepSurroundings['openCorpus'] = (scenario, { size }) =>
    readCorpus([set], { split: splitNamed(scenario), size, images: 20, exact: true, progress })
  await sweep(parseExperiment(text, 'x.yaml'), {
    out,
    workers: 1,
    progress,
    data: { sets: [set], publicCrops: [] },
    openCorpus,
    now: () => 1000,
  })
  return { said, rounds }
}

describe('a sweep over two rates', { timeout: 120_000 }, () => {
  test('leaves a whole folder per run, and plays nothing a second time', async () => {
    const out = join(folder, 'whole')
    await play(out)
    const [fast, slow] = await readResults(out)
    expect([fast, slow].map(({ settings, imagePasses }) => [settings.local.backboneRate, imagePasses])).toEqual([
      [0.02, 80],
      [0.05, 80],
    ])
    expect(fast.clients.map(({ images, sets }) => [images, sets])).toEqual([
      [20, ['synthetic']],
      [20, ['synthetic']],
    ])
    const files = await readdir(join(out, fast.run))
    expect(files.sort()).toEqual(['events.out.tfevents.1000.passerby', 'result.json', 'rounds.csv', 'settings.json'])
    const csv = await readFile(join(out, fast.run, 'rounds.csv'), 'utf8')
    expect(csv.split('\n')[0]).toBe(
      'round,clients,images,loss,bytes_up,bytes_down,seconds,rank1_synthetic,mAP_synthetic',
    )
    expect(csv.split('\n')[2].startsWith(`2,2,40,${fast.rounds[1].loss},`)).toBe(true)
    expect((await play(out)).rounds).toEqual([])
  })

  test('goes on after the last round that was kept, to the figures of a sweep that nobody stopped', async () => {
    const out = join(folder, 'killed')
    const text = TEXT.replace('[0.05, 0.02]', '[0.05]')
    await expect(play(out, { text, stopAt: 1 })).rejects.toThrow('the same command tries them again')
    const other = play(out, { text: text.replace('rounds: 2', 'rounds: 3') })
    await expect(other).rejects.toThrow(/state holds a run with other flags or data: choose another folder/)
    const { said, rounds } = await play(out, { text })
    expect(said).toContain('1 runs, 0 of them there already; 1 go on, after round 1')
    expect(rounds).toEqual([2])
    const timeless = async (out: string) =>
      (await readResults(out)).map((result) => ({
        ...result,
        seconds: 0,
        rounds: result.rounds.map((round) => ({ ...round, seconds: 0 })),
      }))
    expect(await timeless(out)).toEqual((await timeless(join(folder, 'whole'))).slice(1))
  })

  test('takes its runs for its own also when their description was changed since', async () => {
    expect((await play(join(folder, 'whole'), { text: `${TEXT}description: of two rates` })).rounds).toEqual([])
  })

  test('does not take another experiment’s runs for its own', async () => {
    const text = TEXT.replace('rounds: 2', 'rounds: 3')
    await expect(play(join(folder, 'whole'), { text })).rejects.toThrow('choose another --out')
    for (const plan of ['evaluateOwnEvery: 1', 'evaluateLast: 2'])
      await expect(play(join(folder, 'whole'), { text: TEXT + plan })).rejects.toThrow('choose another --out')
  })

  test('does not take runs on other images for its own, though they lie in the same folder', async () => {
    const { parts } = people
    const [first, ...rest] = parts.train
    const other = [{ ...people, parts: { ...parts, train: rest } }]
    other.push({ ...people, parts: { ...parts, train: [{ ...first, size: first.size + 1 }, ...rest] } })
    for (const set of other) await expect(play(join(folder, 'whole'), { set })).rejects.toThrow('choose another --out')
  })

  test('refuses before the first round when a run’s folder is there without a result, which it could not take', async () => {
    const out = join(folder, 'taken')
    await mkdir(join(out, 'federated-by-camera_scratch_local.backboneRate=0.02_seed-1'), { recursive: true })
    await expect(play(out)).rejects.toThrow(/rate=0.02_seed-1 is there without a readable result.json: move it away/i)
    expect(await readdir(out)).toHaveLength(1)
  })

  test('keeps the state of a run whose folder was taken while it played, and goes on from it', async () => {
    const text = TEXT.replace('[0.05, 0.02]', '[0.05]')
    const { runs } = parseExperiment(text, 'x.yaml')
    const out = join(folder, 'state')
    const run = runFolder(out, runs[0].name)
    const [result] = (await readResults(join(folder, 'whole'))).slice(1)
    await mkdir(join(run.state, 'round-000002'), { recursive: true })
    await mkdir(join(out, runs[0].name, 'mine'), { recursive: true })
    await expect(run.write(result)).rejects.toThrow('ENOTEMPTY')
    expect(await readdir(run.state)).toEqual(['round-000002'])
    await rm(join(out, runs[0].name), { recursive: true })
    await run.write(result)
    expect(await readdir(join(out, runs[0].name))).not.toContain('state')
    expect(await run.read()).toEqual(result)
  })

  test('refuses before the first round when a first model is missing, with the command that makes it', async () => {
    const text = `${TEXT}\ninits: [{ label: imagenet, file: nowhere.safetensors, make: lab weights import x }]`
    await expect(play(join(folder, 'missing'), { text })).rejects.toThrow(
      /There is no nowhere.safetensors, the first model 'imagenet'[^]*lab weights import x/,
    )
  })
})
