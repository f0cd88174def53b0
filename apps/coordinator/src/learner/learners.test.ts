import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backboneByName, initialise, parametersOf } from '@passerby/backbones'
import { FederationSettings, parse } from '@passerby/protocol'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { publicFolder } from '../../test/public-folder.ts'
import { createLog } from '../log.ts'
import { diskBlobs } from '../store/blobs.ts'
import { learnersBeside } from './learners.ts'

vi.setConfig({ testTimeout: 60_000 })

let people: Awaited<ReturnType<typeof publicFolder>>
let folder: string
beforeAll(async () => {
  people = await publicFolder(6)
  folder = await mkdtemp(join(tmpdir(), 'passerby-learners-'))
})
afterAll(async () => {
  await people.remove()
  await rm(folder, { recursive: true, force: true })
})

const size = { height: 32, width: 16 }
const beside = (images?: string, idleMs?: number) => {
  const started: number[] = []
  const log = createLog('silent')
  log.info = (about: { readonly pid?: number }) => about.pid !== undefined && started.push(about.pid)
  const blobs = diskBlobs(join(folder, 'blobs'))
  return { learners: learnersBeside(images, { blobs, log, ...(idleMs && { idleMs }) }), blobs, started }
}

test('P6 the same folder gives the same public set, of as many images as there are', async () => {
  const { learners, blobs } = beside(people.path)
  const three = await learners.publicSet({ images: 3, ...size })
  expect(three).toMatchObject({ ok: true, value: { images: 3, ...size } })
  expect(await learners.publicSet({ images: 3, ...size })).toEqual(three)
  const all = await learners.publicSet({ images: 100, ...size })
  expect(all).toMatchObject({ ok: true, value: { images: 6 } })
  if (!three.ok || !all.ok) throw new Error('refused')
  const bytes = size.height * size.width * 3
  const [some, whole] = [await blobs.read(three.value.sha256), await blobs.read(all.value.sha256)]
  expect([some.length, whole.length]).toEqual([3 * bytes, 6 * bytes])
  // Every second one.
  for (const at of [0, 1, 2])
    expect(
      Buffer.compare(some.subarray(at * bytes, (at + 1) * bytes), whole.subarray(2 * at * bytes, (2 * at + 1) * bytes)),
    ).toBe(0)
})

test('P6 no folder and an empty one are refused with what to do', async () => {
  const wanted = { images: 3, ...size }
  const empty = await mkdtemp(join(folder, 'empty-'))
  for (const { learners } of [beside(), beside(empty), beside(join(folder, 'nowhere'))]) {
    const reply = await learners.publicSet(wanted)
    expect(reply).toMatchObject({ ok: false, refusal: { code: 'no-public-set' } })
  }
  const said = await beside(empty).learners.publicSet(wanted)
  expect(said).toMatchObject({ refusal: { message: expect.stringContaining('holds no images') as unknown } })
})

/** A learner of the smallest network, and a question. */
async function opened({ learners }: Pick<ReturnType<typeof beside>, 'learners'>) {
  const publicSet = await learners.publicSet({ images: 6, ...size })
  const settings = parse(FederationSettings, { name: 'T', local: { backbone: 'tiny', embedding: 8, input: size } })
  if (!publicSet.ok || !settings.ok) throw new Error('refused')
  const backbone = backboneByName('tiny', 8)
  const layout = parametersOf(backbone).map(({ name, shape, role }) => ({ name, shape, role }))
  const model = { layout, values: initialise(backbone, 1) }
  const learner = learners.open({ settings: settings.value, publicSet: publicSet.value })
  return { model, learner, ask: () => learner.softTargets(model, { of: 'embeddings' }) }
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('R13 a learner that is asked nothing for long gives its memory back, and starts again when it is asked', async () => {
  const { learners, started } = beside(people.path, 100)
  const { learner, ask } = await opened({ learners })
  const before = await ask()
  await vi.waitFor(() => expect(isAlive(started[0])).toBe(false), { timeout: 10_000 })
  expect(await ask()).toEqual(before)
  expect(started).toHaveLength(2)
  learner.close()
})

test('R13 what was asked of a learner that is killed fails, and what is asked next starts another', async () => {
  const { learners, started } = beside(people.path)
  const { learner, ask, model } = await opened({ learners })
  const before = await ask()
  expect(before).toHaveLength(6 * 8)
  const asked = ask()
  process.kill(started[0], 'SIGKILL')
  await expect(asked).rejects.toMatchObject({ code: 'learner', message: expect.stringContaining('SIGKILL') as unknown })
  expect(await ask()).toEqual(before)
  expect(started).toHaveLength(2)
  // What is wrong with a request is said, and costs no process.
  const wrong = learner.distil(model, {
    round: 1,
    values: new Float32Array(3),
    targets: { of: 'embeddings' },
    rate: 0.1,
  })
  await expect(wrong).rejects.toThrow('3 values as targets')
  expect(await ask()).toEqual(before)
  expect(started).toHaveLength(2)
  learner.close()
})

test('R13 a learner ends with the coordinator that is killed', async () => {
  const script = fileURLToPath(new URL('../../test/learner-parent.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--import', 'tsx', script, people.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = await new Promise<number>((resolve, reject) => {
    parent.stdout.once('data', (text: Buffer) => resolve(Number(/learner (\d+)/.exec(text.toString())?.[1])))
    parent.once('exit', reject)
  })
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
})
