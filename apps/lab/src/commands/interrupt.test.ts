/** Ctrl-C and SIGTERM on the commands that play for hours: the real command in a process of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

const MAIN = resolve(import.meta.dirname, '../main.ts')
const NETWORK = ['--backbone', 'tiny', '--embedding', '16', '--size', '32x16', '--workers', '1']
const people = { people: 8, cameras: 2 }
/** 5,000 rounds take minutes, a process on a busy machine some seconds to end. */
const AT_ONCE_S = 20

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-interrupt-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the lab until it says `text`, sends the signal, and gives how it ended. */
async function interrupted(words: readonly string[], text: RegExp, signal: 'SIGINT' | 'SIGTERM') {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  let sent: number | undefined
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part
    if (sent !== undefined || !text.test(said)) return
    sent = performance.now()
    child.kill(signal)
  })
  const code = await new Promise((done) => child.on('close', done))
  return { code, seconds: (performance.now() - (sent ?? 0)) / 1000, last: said.trimEnd().split('\n').at(-1) }
}

test('simulate ends at once, says after which round, and goes on from there', { timeout: 120_000 }, async () => {
  const state = join(folder, 'state')
  const words = ['simulate', '--people', '8', '--cameras', '2', '--rounds', '5000', ...NETWORK, '--state', state]
  const first = await interrupted(words, /round +2\//, 'SIGINT')
  expect(first.code).toBe(130)
  expect(first.seconds).toBeLessThan(AT_ONCE_S)
  const [, told, round] =
    /^Interrupted\. (.*) holds the run after round (\d+) of 5000: .*--resume/.exec(first.last ?? '') ?? []
  expect(told).toBe(state)
  const goesOn = new RegExp(`goes on after round ${round} of 5000`)
  const second = await interrupted([...words, '--resume'], goesOn, 'SIGTERM')
  expect(second.code).toBe(143)
  expect(second.last).toContain('Interrupted')
})

test('sweep ends at once and says that the same command goes on', { timeout: 120_000 }, async () => {
  const file = join(folder, 'long.yaml')
  const local = { backbone: 'tiny', embedding: 16, input: { height: 32, width: 16 } }
  const settings = { rounds: 5000, local }
  const experiment = {
    name: 'long',
    data: { folder: 'synthetic', ...people },
    arms: [{ mode: 'federated', scenario: 'by-camera' }],
    settings,
  }
  await writeFile(file, JSON.stringify(experiment))
  const words = ['sweep', file, '--out', join(folder, 'out'), '--workers', '1']
  const { code, seconds, last } = await interrupted(words, /1 runs, 1 at once/, 'SIGINT')
  expect(code).toBe(130)
  expect(seconds).toBeLessThan(AT_ONCE_S)
  expect(last).toMatch(/^Interrupted\. .* holds 0 of 1 runs, .*: the same command goes on\.$/)
})
