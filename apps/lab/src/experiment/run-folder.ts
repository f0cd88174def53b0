/**
 * Where a run's results lie: `<out>/<run>/`. A folder is filled beside its place, as `<run>.part`, and then renamed, so
 * that what has its name is whole. The run's state, from which a killed run goes on, is removed only after that.
 */
import { stringify } from 'csv-stringify/sync'
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { LabError } from '../errors.ts'
import { type ScalarEvent, eventFile } from './events.ts'
import { RunResult } from './result.ts'

/** Where a sweep's comparison lies, beside its runs. */
export const COMPARISON_FOLDER = 'comparison'
const RESULT = 'result.json'

export interface RunFolder {
  /** Where state is kept while the run lasts. */
  readonly state: string
  /** The finished run's result, or `undefined`. Throws `LabError` when the folder is there without a readable one. */
  read(): Promise<RunResult | undefined>
  write(result: RunResult): Promise<void>
}

export function runFolder(out: string, run: string): RunFolder {
  const folder = join(out, run)
  const part = `${folder}.part`
  return {
    state: join(part, 'state'),
    async read() {
      const result = await readResult(folder)
      if (result === undefined && (await stat(folder).catch(() => undefined)))
        throw new LabError(
          'unusable',
          `${folder} is there without a readable ${RESULT}: move it away, or choose another --out folder`,
        )
      return result
    },
    async write(result) {
      await mkdir(part, { recursive: true })
      await writeFile(join(part, 'settings.json'), json(result.settings))
      await writeFile(join(part, 'rounds.csv'), roundsCsv(result))
      const events = `events.out.tfevents.${Math.floor(result.startedAt)}.passerby`
      await writeFile(join(part, events), eventFile(roundEvents(result)))
      await writeFile(join(part, RESULT), json(result))
      await rename(part, folder)
      await rm(join(folder, 'state'), { recursive: true, force: true })
    },
  }
}

/** Every finished run in `folder`, or the one that it is; in order of their names. Throws `LabError` when none is there. */
export async function readResults(folder: string): Promise<readonly RunResult[]> {
  const own = await readResult(folder)
  if (own) return [own]
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new LabError('not-found', `There is no readable folder ${folder}`, cause)
  })
  const results: RunResult[] = []
  for (const name of names.filter((name) => !name.endsWith('.part')).sort()) {
    const result = await readResult(join(folder, name))
    if (result) results.push(result)
  }
  if (results.length > 0) return results
  throw new LabError('not-found', `${folder} holds no finished run: name a folder that \`lab sweep --out\` wrote`)
}

async function readResult(folder: string): Promise<RunResult | undefined> {
  const file = join(folder, RESULT)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const parsed = v.safeParse(RunResult, parsedJson(text))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new LabError(
    'unusable',
    `${file} is no result of a run: ${v.getDotPath(issue) ?? ''} ${issue.message}; move its folder away, and \`lab sweep\` plays the run again`,
  )
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One line per round; figures are empty where nothing was measured. */
export function roundsCsv({ rounds, final }: Pick<RunResult, 'rounds' | 'final'>): string {
  const sets = Object.keys(final)
  const columns = ['round', 'clients', 'images', 'loss', 'bytes_up', 'bytes_down', 'seconds']
  const measured = sets.flatMap((set) => [`rank1_${set}`, `mAP_${set}`])
  const rows = rounds.map(({ round, clients, images, loss, bytesUp, bytesDown, seconds, evaluation }) => [
    round,
    clients,
    images,
    loss,
    bytesUp,
    bytesDown,
    seconds,
    ...sets.flatMap((set) => [evaluation?.[set]?.rank1, evaluation?.[set]?.mAP]),
  ])
  return stringify([[...columns, ...measured], ...rows])
}

/** The untrained model is step 0. */
export function roundEvents({
  rounds,
  initial,
  startedAt,
}: Pick<RunResult, 'rounds' | 'initial' | 'startedAt'>): ScalarEvent[] {
  let wallTime = startedAt
  const events: ScalarEvent[] = [{ wallTime, step: 0, scalars: figureScalars(initial) }]
  for (const { round, loss, seconds, evaluation } of rounds) {
    wallTime += seconds
    events.push({ wallTime, step: round, scalars: { loss, ...figureScalars(evaluation ?? {}) } })
  }
  return events
}

function figureScalars(figures: RunResult['final']): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([set, { rank1, mAP }]) => [
      [`rank-1/${set}`, rank1],
      [`mAP/${set}`, mAP],
    ]),
  )
}

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`
