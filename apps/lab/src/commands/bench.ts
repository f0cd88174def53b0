import { backboneByName, backboneNames } from '@passerby/backbones'
import { timeKernels, type Benchmark, type KernelTime } from '@passerby/learner'
import { Command, Option } from 'commander'
import { type BenchPage, openBenchPage } from '../bench/in-chromium.ts'
import { type BenchJob, runBenchJob } from '../bench/job.ts'
import { type Size, size, whole } from '../settings/arguments.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { table } from '../terminal/table.ts'
import { writeJson } from '../terminal/write-json.ts'

interface BenchFlags {
  readonly backbone: string
  readonly size: Size
  readonly batch: number
  readonly steps: number
  readonly hosts: 'both' | 'node' | 'chromium'
  readonly cpu: boolean
  readonly webgpu: boolean
  readonly kernels: boolean
  readonly json?: string
}

interface BenchRow extends Partial<Benchmark> {
  readonly host: 'node' | 'chromium'
  readonly backend: Benchmark['backend']
  /** Why there are no figures. */
  readonly failure?: string
}

const EXAMPLES = `
A step is forward, backward and update; the cpu backend is TensorFlow.js in plain JavaScript, to compare with. In
Chromium, webgpu runs on SwiftShader where there is no graphics card.

Examples:
  lab bench learner
  lab bench learner --hosts chromium --no-webgpu --size 128x64 --batch 32`

export function benchCommand(): Command {
  const learner = new Command('learner')
    .description('Times training steps per backend, in Node and in a Chromium worker.')
    .addOption(new Option('--backbone <name>', 'network').choices([...backboneNames]).default('osnet_x0_25'))
    .addOption(new Option('--size <HxW>', 'input size').argParser(size).default({ height: 64, width: 32 }, '64x32'))
    .option('--batch <n>', 'images per step', whole(2, 512), 16)
    .option('--steps <n>', 'timed steps per backend; cpu has one', whole(1, 1000), 8)
    .addOption(new Option('--hosts <which>', 'where').choices(['both', 'node', 'chromium']).default('both'))
    .option('--no-cpu', 'leave out the cpu backend, which takes a minute')
    .option('--no-webgpu', 'leave out webgpu')
    .option('--kernels', 'also where the time of a WebAssembly step goes, kernel by kernel, in Node', false)
    .option('--json <file>', 'figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(command.opts<BenchFlags>()))
  return new Command('bench').description('Measures speed.').addCommand(learner)
}

async function run(flags: BenchFlags): Promise<void> {
  const progress = terminalProgress()
  const rows: BenchRow[] = []
  const job = (backend: Benchmark['backend']): BenchJob => ({
    backend,
    backbone: flags.backbone,
    embedding: 512,
    ...flags.size,
    batchSize: flags.batch,
    steps: backend === 'cpu' ? 1 : flags.steps,
  })
  const cpu = flags.cpu ? (['cpu'] as const) : []
  if (flags.hosts !== 'chromium')
    for (const backend of ['wasm', ...cpu] as const) {
      progress.say(`Node, ${backend} …`)
      rows.push({ host: 'node', ...(await runBenchJob(job(backend))) })
    }
  if (flags.hosts !== 'node') {
    const page = await openBenchPage()
    try {
      for (const backend of ['wasm', ...(flags.webgpu ? (['webgpu'] as const) : []), ...cpu] as const) {
        progress.say(`Chromium, ${backend} …`)
        rows.push(await inChromium(page, job(backend)))
      }
    } finally {
      await page.close()
    }
  }
  const { height, width } = flags.size
  process.stdout.write(`${flags.backbone}, ${height}×${width}, batch ${flags.batch}\n${benchTable(rows)}\n`)
  const kernels = flags.kernels ? await kernelTimes(job('wasm')) : undefined
  if (kernels) process.stdout.write(`\n${kernelTable(kernels)}\n`)
  await writeJson(flags.json, { command: 'bench learner', ...job('wasm'), rows: rows.map(withRatio(rows)), kernels })
}

async function inChromium(page: BenchPage, job: BenchJob): Promise<BenchRow> {
  const answer = await page.run(job)
  return answer.ok
    ? { host: 'chromium', ...answer.result }
    : { host: 'chromium', backend: job.backend, failure: answer.message }
}

function kernelTimes({ backbone, embedding, ...workload }: BenchJob): Promise<readonly KernelTime[]> {
  return timeKernels(backboneByName(backbone, embedding), workload)
}

function kernelTable(kernels: readonly KernelTime[]): string {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const cells = kernels.map(({ kernel, calls, milliseconds }) => [
    kernel,
    calls,
    milliseconds.toFixed(2),
    `${((100 * milliseconds) / total).toFixed(1)} %`,
  ])
  return table(['kernel', 'calls/step', 'ms/step', 'share'], cells)
}

/** How many times as fast as the cpu backend of the same host. */
function withRatio(rows: readonly BenchRow[]) {
  return (row: BenchRow) => {
    const cpu = rows.find((other) => other.host === row.host && other.backend === 'cpu')?.imagesPerSecond
    return { ...row, ...(cpu && row.imagesPerSecond && { timesCpu: row.imagesPerSecond / cpu }) }
  }
}

function benchTable(rows: readonly BenchRow[]): string {
  const cells = rows
    .map(withRatio(rows))
    .map((row) => [
      `${row.host} ${row.backend}`,
      row.failure ?? row.imagesPerSecond?.toFixed(1),
      row.stepMs?.toFixed(1),
      row.firstStepMs?.toFixed(0),
      row.dispatches,
      row.timesCpu === undefined ? undefined : `${row.timesCpu.toFixed(1)}×`,
    ])
  return table(['', 'images/s', 'ms/step', 'first step, ms', 'dispatches/step', 'cpu'], cells)
}
