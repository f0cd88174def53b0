/** `lab simulate` as a whole: a small run by its flags, and the same one by `--set`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { simulateCommand } from './simulate.ts'

interface Report {
  readonly settings: { readonly seed: number; readonly local: { readonly backbone: string } }
  readonly rounds: readonly { readonly loss: number }[]
  readonly initial: unknown
  readonly rawPixels: unknown
  readonly final: unknown
}

/** What the run tells of itself and its figures, without times. */
async function played(folder: string, ...flags: readonly string[]) {
  const json = join(folder, 'report.json')
  const small = [
    '--people',
    '8',
    '--cameras',
    '2',
    '--images',
    '12',
    '--batch',
    '6',
    '--workers',
    '1',
    '--state',
    folder,
  ]
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    await simulateCommand().parseAsync([...small, ...flags, '--json', json], { from: 'user' })
  } finally {
    printed.mockRestore()
  }
  const { settings, rounds, initial, rawPixels, final } = JSON.parse(await readFile(json, 'utf8')) as Report
  return { settings, losses: rounds.map(({ loss }) => loss), initial, rawPixels, final }
}

test(
  'what is set wins over its flag everywhere: seed, people, network, input size and rounds',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passerby-simulate-'))
    try {
      const flags = ['--seed', '3', '--backbone', 'tiny', '--embedding', '16', '--size', '32x16', '--rounds', '2']
      const set = [
        'seed=3',
        'rounds=2',
        'local.backbone=tiny',
        'local.embedding=16',
        'local.input.height=32',
        'local.input.width=16',
      ]
      const byFlags = await played(folder, ...flags)
      expect(byFlags.settings).toMatchObject({ seed: 3, local: { backbone: 'tiny', embedding: 16 } })
      expect(byFlags.losses).toHaveLength(2)
      expect(await played(folder, ...set.flatMap((text) => ['--set', text]))).toEqual(byFlags)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
