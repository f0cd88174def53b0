/** `lab bench learner`: its parts one after another, and all that they found as one report. */
import { backboneByName, backboneNames, embeddingSize } from '@passerby/backbones'
import { reasonOf } from '@passerby/crops'
import type { LaneOptions } from '@passerby/learner/bench'
import { availableParallelism, cpus } from 'node:os'
import { LabError } from '../errors.ts'
import { type Size } from '../settings/arguments.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { writeJson } from '../terminal/write-json.ts'
import type { BenchHost } from './host.ts'
import { benchInChromium } from './in-chromium.ts'
import { benchInNode } from './in-node.ts'
import { lostSentence } from './lost-sentence.ts'
import type { Bench, Part, Place } from './part.ts'
import { comparison } from './parts/compare.ts'
import { curves } from './parts/curves.ts'
import { large } from './parts/large.ts'
import { memory } from './parts/memory.ts'
import { operations } from './parts/operations.ts'
import { peer } from './parts/peer.ts'
import { soak } from './parts/soak.ts'
import { tabs } from './parts/tabs.ts'
import { threads } from './parts/threads.ts'

export interface BenchFlags {
  readonly backbone: string
  readonly size: Size
  readonly batch: number
  readonly steps: number
  readonly hosts: 'both' | 'node' | 'chromium'
  readonly threads: number
  readonly backends: readonly LaneOptions['backend'][]
  readonly all: boolean
  readonly kernels: boolean
  /** An interpreter, or true for whichever has PyTorch. */
  readonly peer?: string | true
  readonly tabs?: number
  readonly memory: boolean
  readonly large: boolean
  readonly soak?: number
  /** Of `soak`, its own being the default, and of `curves`, all being that. */
  readonly networks?: readonly string[]
  /** Parts that are run; absent: all that are asked for. */
  readonly only?: readonly string[]
  readonly curves: boolean
  readonly json?: string
}

const TABS = 3
const SOAK = 300
/** OSNet from scratch stays finite at this one. */
const RATES = { backbone: 3e-4, head: 3e-4 }

/**
 * Runs what the flags ask for. A part that fails says so, and the next one runs; where a page of Chromium died, the bench ends with
 * what there is. Throws `LabError` ('browser') then.
 */
export async function runBench(flags: BenchFlags): Promise<void> {
  const progress = terminalProgress()
  const { backbone, size, batch } = flags
  const embedding = embeddingSize(backboneByName(backbone))
  const workload = { backbone, embedding, ...size, batchSize: batch, rates: RATES }
  const report: Record<string, unknown> = { command: 'bench learner', machine: machine(), workload }
  process.stdout.write(`${backbone}, ${size.height}×${size.width}, batch ${batch}\n\n`)
  const hosts = await openHosts(flags.hosts)
  const ended = new AbortController()
  try {
    const places = hosts.flatMap((host) => placesOn(host, flags.backends))
    const bench = {
      workload,
      steps: flags.steps,
      places,
      say: (line: string) => progress.say(line),
      onLost: (reason: unknown) => ended.abort(reason),
    }
    const parts = [...partsOf(flags)]
    for (const [at, [name, run]] of parts.entries()) {
      report[name] = await run(bench)
      await writeJson(flags.json, report)
      const lost = [ended.signal, ...hosts.map((host) => host.lost)].find((signal) => signal?.aborted)
      if (lost) throw new LabError('browser', lostSentence(lost.reason, { parts: parts.map(([part]) => part), at }))
    }
  } finally {
    for (const host of hosts) await host.close()
  }
}

type Run = (bench: Bench) => Promise<unknown>

function partsOf(flags: BenchFlags): ReadonlyMap<string, Run> {
  const { all, kernels, peer: python, tabs: count, networks, only } = flags
  const parts = new Map<string, Run>([['comparison', printed(comparison)]])
  if (flags.threads > 1) parts.set('threads', printed(threads(flags.threads)))
  if (all || kernels) parts.set('operations', printed(operations))
  if (all || python !== undefined) parts.set('peer', printed(peer(typeof python === 'string' ? python : undefined)))
  if (all || count !== undefined) parts.set('tabs', printed(tabs(count ?? TABS)))
  if (all || flags.memory) parts.set('memory', printed(memory))
  if (all || flags.large) parts.set('large', printed(large))
  if (all || flags.soak !== undefined)
    parts.set('soak', printed(soak(flags.soak ?? SOAK, networks ?? [flags.backbone])))
  if (all || flags.curves) parts.set('curves', printed(curves(networks ?? backboneNames)))
  if (only) for (const name of parts.keys()) if (!only.includes(name)) parts.delete(name)
  return parts
}

function printed<Figures>({ title, measure, text }: Part<Figures>): Run {
  return async (bench) => {
    bench.say(`${title} …`)
    try {
      const figures = await measure(bench)
      process.stdout.write(`${title}\n${text(figures)}\n\n`)
      return figures
    } catch (error) {
      process.stdout.write(`${title}: ${reasonOf(error)}\n\n`)
      return { failure: reasonOf(error) }
    }
  }
}

async function openHosts(which: BenchFlags['hosts']): Promise<readonly BenchHost[]> {
  const node = which === 'chromium' ? [] : [benchInNode()]
  return which === 'node' ? node : [...node, ...(await benchInChromium())]
}

/** WebGPU is in Chromium alone. */
function placesOn(host: BenchHost, backends: BenchFlags['backends']): readonly Place[] {
  return backends
    .filter((backend) => host.name === 'chromium' || backend !== 'webgpu')
    .map((backend) => ({ host, backend }))
}

const machine = () => ({
  processor: cpus().at(0)?.model,
  cores: availableParallelism(),
  node: process.version,
})
