/** PyTorch eager as a peer: the same network, first values and batches, in a process of its own that steps when asked. */
import { exerciseFiles, type ExerciseOptions, type Steps } from '@passerby/learner/bench'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { LabError } from '../errors.ts'
import type { Runner } from './take-turns.ts'

const SCRIPT = fileURLToPath(new URL('../../peers/osnet_torch.py', import.meta.url))
const INTERPRETERS = ['python3', '/usr/bin/python3', 'python']

export interface TorchOptions {
  readonly workload: ExerciseOptions
  readonly python: string
  readonly layout: 'contiguous' | 'channels-last'
}

export interface TorchPeer extends Runner {
  readonly description: TorchDescription
  close(): Promise<void>
}

export interface TorchDescription {
  readonly torch: string
  readonly device: string
  readonly threads: number
  /** Parameters but those of the identity head. */
  readonly weights: number
}

/** An interpreter that has PyTorch. Throws `LabError` that says what to install when there is none. */
export function findTorch(named?: string): string {
  const candidates = named === undefined ? INTERPRETERS : [named]
  const found = candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0)
  if (found !== undefined) return found
  throw new LabError(
    'unusable',
    `No PyTorch in ${candidates.join(', ')}: install one (Debian and Ubuntu: apt-get install python3-torch; elsewhere: ` +
      'pip install torch), or name an interpreter that has it: --peer /path/to/python.',
  )
}

/** Starts the peer. It takes one thread. */
export async function openTorch({ workload, python, layout }: TorchOptions): Promise<TorchPeer> {
  const { backbone, embedding, height, width, batchSize, rates } = workload
  const folder = await mkdtemp(join(tmpdir(), 'passerby-peer-'))
  const files = exerciseFiles(workload)
  const paths = { values: join(folder, 'values'), images: join(folder, 'images') }
  await Promise.all([writeFile(paths.values, files.values), writeFile(paths.images, files.images)])
  const flags = {
    ...paths,
    backbone,
    embedding,
    size: `${height}x${width}`,
    batch: batchSize,
    rate: rates.backbone,
    'head-rate': rates.head,
  }
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
  if (layout === 'channels-last') words.push('--channels-last')
  const process = spawn(python, [SCRIPT, '--serve', ...words], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  process.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done) throw new LabError('worker', `PyTorch ended: ${complaint.trim().split('\n').at(-1)}`)
    return JSON.parse(value)
  }
  const close = async () => {
    process.kill()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    return {
      // What the script says: see there.
      description: (await answer()) as TorchDescription,
      async steps(count) {
        process.stdin.write(`${JSON.stringify({ steps: count })}\n`)
        return (await answer()) as Steps
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
