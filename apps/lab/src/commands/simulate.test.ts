/** `lab simulate` as a whole: a small run by its flags, and the same one by `--set`. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
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
      const again = set.flatMap((text) => ['--set', text])
      await expect(played(folder, ...again)).rejects.toThrow(/holds this run after round 2 of 2.*--resume.*--anew/)
      await expect(played(folder, ...flags, '--seed', '4', '--anew')).rejects.toThrow('with other flags or data')
      expect(await played(folder, ...again, '--anew')).toEqual(byFlags)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

test(
  'with public people set aside, clients are clustered, own models measured, and every group’s model written',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passerby-simulate-'))
    try {
      const tiny = ['--backbone', 'tiny', '--embedding', '16', '--size', '32x16', '--rounds', '1']
      const clustered = ['--set', 'strategy.clustering.by=averaged', '--set', 'strategy.clustering.images=8']
      await expect(played(folder, ...tiny, ...clustered)).rejects.toThrow('set some aside')
      await played(folder, ...tiny, ...clustered, '--public', '2', '--evaluate-own-every', '1')
      expect(await readdir(folder)).toEqual(expect.arrayContaining(['global-group-1.safetensors', 'model.safetensors']))
      const { rounds } = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as { rounds: object[] }
      expect(rounds[0]).toMatchObject({ groups: [['c1', 'c2']], own: { c1: {}, c2: {} }, group: { c1: {}, c2: {} } })
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
