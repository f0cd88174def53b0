/** `lab bench learner`: its parts one after another, and all that they found as one report. */
import type { LaneOptions } from '@passerby/learner/bench'
import { type Size } from '../settings/arguments.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { writeJson } from '../terminal/write-json.ts'
import { compareOn, type Row } from './compare.ts'
import type { BenchHost } from './host.ts'
import { benchInChromium } from './in-chromium.ts'
import { benchInNode } from './in-node.ts'
import { comparisonTable } from './report.ts'

export interface BenchFlags {
  readonly backbone: string
  readonly size: Size
  readonly batch: number
  readonly steps: number
  readonly hosts: 'both' | 'node' | 'chromium'
  readonly backends: readonly LaneOptions['backend'][]
  readonly json?: string
}

/** Steps in a row, before it is the other's turn. */
const TURN = 4
/** OSNet from scratch stays finite at this one. */
const RATE = 3e-4

export async function runBench(flags: BenchFlags): Promise<void> {
  const progress = terminalProgress()
  const say = (line: string) => progress.say(line)
  const print = (text: string) => void process.stdout.write(`${text}\n\n`)
  const workload = {
    backbone: flags.backbone,
    embedding: 512,
    ...flags.size,
    batchSize: flags.batch,
    rate: RATE,
  }
  const hosts: BenchHost[] = []
  try {
    if (flags.hosts !== 'chromium') hosts.push(benchInNode())
    if (flags.hosts !== 'node') hosts.push(...(await benchInChromium()))
    const rows: Row[] = []
    for (const host of hosts)
      for (const backend of flags.backends)
        if (host.name === 'chromium' || backend !== 'webgpu')
          rows.push(...(await compareOn(host, { workload, backend, steps: flags.steps, turn: TURN, say })))
    print(`${flags.backbone}, ${flags.size.height}×${flags.size.width}, batch ${flags.batch}\n${comparisonTable(rows)}`)
    await writeJson(flags.json, { command: 'bench learner', workload, rows })
  } finally {
    for (const host of hosts) await host.close()
  }
}
