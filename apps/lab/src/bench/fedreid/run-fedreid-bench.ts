/** FedReID's benchmark: its experiments played, and one page of what came of them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { arch, cpus, platform } from 'node:os'
import { basename, extname, join } from 'node:path'
import { LabError } from '../../errors.ts'
import { chartSvg } from '../../experiment/compare/chart.ts'
import { limitedTo } from '../../experiment/limited.ts'
import { type ReadExperiment, readExperiment } from '../../experiment/read.ts'
import type { RunResult } from '../../experiment/result.ts'
import { readResults } from '../../experiment/run-folder.ts'
import { sweepFile } from '../../experiment/sweep-file.ts'
import type { Mode } from '../../simulate/modes.ts'
import { type Progress, terminalProgress } from '../../terminal/progress.ts'
import { writeJson } from '../../terminal/write-json.ts'
import { chartsOf } from './curves.ts'
import { type BenchmarkPart, pageOf } from './page.ts'
import { summaryOf } from './summary.ts'

export interface FedreidBenchFlags {
  readonly out: string
  readonly workers: number
  readonly rounds?: number
  readonly seeds?: readonly number[]
}

const PAGE = 'README.md'
const PACKAGE = new URL('../../../package.json', import.meta.url)

/**
 * Throws `LabError` before anything is played for an experiment that the page could not tell, and in the end where runs failed; the
 * page then has what there is, and says what is missing.
 */
export async function runFedreidBench(files: readonly string[], flags: FedreidBenchFlags): Promise<void> {
  const progress = terminalProgress()
  const parts: BenchmarkPart[] = []
  const failures: LabError[] = []
  const reads = await tellable(files, flags)
  for (const [file, read] of reads) {
    progress.say(read.experiment.name)
    const played = await playedSoFar(read, { ...flags, out: join(flags.out, nameOf(file)), progress })
    if (played.failure) failures.push(played.failure)
    const { results } = played
    if (results.some(hasClients)) parts.push(await partOf(file, read, { results, out: flags.out }))
    await writePage(parts, files, flags)
  }
  if (parts.length > 0) progress.say(`The page is ${join(flags.out, PAGE)}`)
  if (failures.length > 0) throw new LabError('worker', failures.map(({ message }) => message).join('\n'))
}

/**
 * The experiments by file. The page has a line for each arm, over seeds alone, and calls an experiment as its file. Throws `LabError`
 * for what it could not tell.
 */
async function tellable(
  files: readonly string[],
  flags: FedreidBenchFlags,
): Promise<ReadonlyMap<string, ReadExperiment>> {
  const reads = new Map<string, ReadExperiment>()
  for (const file of files) {
    const same = [...reads.keys()].find((other) => nameOf(other) === nameOf(file))
    if (same !== undefined)
      throw new LabError(
        'unusable',
        `${same} and ${file} would both be kept as ${nameOf(file)}: rename one, or bench it with another --out folder`,
      )
    const read = limitedTo(await readExperiment(file), flags)
    refuseUntold(file, read)
    reads.set(file, read)
  }
  return reads
}

function refuseUntold(file: string, { experiment: { arms, inits, grid } }: ReadExperiment): void {
  if (arms.some(({ label }) => label === undefined))
    throw new LabError('unusable', `${file}: every arm needs a label, by which the page calls it`)
  if (inits.length > 1 || Object.keys(grid).length > 0)
    throw new LabError('unusable', `${file}: the page compares arms alone: play a grid or several inits with lab sweep`)
  if (!arms.some(hasClients))
    throw new LabError(
      'unusable',
      `${file}: the page tells figures by client: an arm that is not centralised is needed`,
    )
}

/** A centralised learner has all images in one. */
const hasClients = ({ mode }: { readonly mode: Mode }) => mode !== 'centralised'

/** All results, or those that are there when some run failed. */
async function playedSoFar(
  read: ReadExperiment,
  around: { readonly out: string; readonly workers: number; readonly progress: Progress },
): Promise<{ readonly results: readonly RunResult[]; readonly failure?: LabError }> {
  try {
    return { results: await sweepFile(read, around) }
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'worker') throw error
    const names = new Set(read.runs.map(({ name }) => name))
    const there = await readResults(around.out).catch(() => [])
    return { results: there.filter(({ run }) => names.has(run)), failure: error }
  }
}

async function partOf(
  file: string,
  read: ReadExperiment,
  { results, out }: { readonly results: readonly RunResult[]; readonly out: string },
): Promise<BenchmarkPart> {
  const labels = read.experiment.arms.flatMap(({ label }) => label ?? [])
  const summary = summaryOf(results, labels)
  const charts = chartsOf(summary).map((chart) => ({ ...chart, path: `${nameOf(file)}-${chart.name}.svg` }))
  for (const { chart, path } of charts) await writeFile(join(out, path), chartSvg(chart))
  const there = new Set(results.map(({ run }) => run))
  const missing = read.runs.flatMap(({ name }) => (there.has(name) ? [] : [name]))
  return { file, read, summary, charts, missing }
}

async function writePage(parts: readonly BenchmarkPart[], files: readonly string[], flags: FedreidBenchFlags) {
  if (parts.length === 0) return
  await mkdir(flags.out, { recursive: true })
  const page = pageOf(parts, { command: commandOf(files, flags), versions: await versions() })
  await writeFile(join(flags.out, PAGE), page)
  await writeJson(
    join(flags.out, 'figures.json'),
    parts.map(({ file, summary }) => ({
      file,
      clients: summary.clients,
      arms: summary.arms.map(({ label, mode, means, unrest, jitter, own }) => ({
        label,
        mode,
        means: Object.fromEntries([...means].map(([whose, by]) => [whose, Object.fromEntries(by)])),
        unrest,
        jitter,
        own: Object.fromEntries([...own].map(([client, by]) => [client, Object.fromEntries(by)])),
      })),
    })),
  )
}

function commandOf(files: readonly string[], { out, rounds, seeds }: FedreidBenchFlags): string {
  const words = ['npm run lab -- bench fedreid', ...files, `--out ${out}`]
  if (rounds !== undefined) words.push(`--rounds ${rounds}`)
  if (seeds !== undefined) words.push(`--seeds ${seeds.join(',')}`)
  return words.join(' ')
}

async function versions(): Promise<readonly (readonly [string, string])[]> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { readonly version: string }
  return [
    ['Passerby', `${version}, WebAssembly kernels`],
    ['Node.js', process.versions.node],
    [cpus().at(0)?.model.trim() ?? 'processor', `${cpus().length} cores, ${platform()} ${arch()}`],
  ]
}

const nameOf = (file: string) => basename(file, extname(file))
