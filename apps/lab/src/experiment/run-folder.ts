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
import { meanOverClients, measuredBy } from './protocol.ts'
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

type Rounds = Pick<RunResult, 'rounds' | 'clients' | 'final'>

/** Columns of the models that clients have: their own, and their group's, each the mean over the clients and one by one. */
const CLIENT_MODELS = ['own', 'group'] as const

/** One line per round; figures are empty where nothing was measured. */
export function roundsCsv(result: Rounds): string {
  const { rounds, final, clients } = result
  const sets = Object.keys(final)
  const whose = CLIENT_MODELS.filter((model) => rounds.some((round) => round[model]))
  const columns = ['round', 'clients', 'images', 'loss', 'bytes_up', 'bytes_down', 'seconds']
  const measured = sets.flatMap((set) => [`rank1_${set}`, `mAP_${set}`])
  const local = whose.flatMap((model) =>
    ['mean', ...clients.map(({ name }) => name)].flatMap((name) => [`rank1_${model}_${name}`, `mAP_${model}_${name}`]),
  )
  const rows = rounds.map((round) => [
    round.round,
    round.clients,
    round.images,
    round.loss,
    round.bytesUp,
    round.bytesDown,
    round.seconds,
    ...sets.flatMap((set) => [round.evaluation?.[set]?.rank1, round.evaluation?.[set]?.mAP]),
    ...whose.flatMap((model) =>
      localFigures(result, model, round).flatMap(({ figure }) => [figure?.rank1, figure?.mAP]),
    ),
  ])
  return stringify([[...columns, ...measured, ...local], ...rows])
}

/** The untrained model is step 0. */
export function roundEvents({
  startedAt,
  initial,
  ...result
}: Rounds & Pick<RunResult, 'initial' | 'startedAt'>): ScalarEvent[] {
  let wallTime = startedAt
  const events: ScalarEvent[] = [{ wallTime, step: 0, scalars: figureScalars(initial) }]
  for (const round of result.rounds) {
    wallTime += round.seconds
    const local = CLIENT_MODELS.flatMap((model) =>
      localFigures(result, model, round).flatMap(({ name, figure }) =>
        figure
          ? [
              [`${model} rank-1/${name}`, figure.rank1],
              [`${model} mAP/${name}`, figure.mAP],
            ]
          : [],
      ),
    )
    const scalars = { loss: round.loss, ...figureScalars(round.evaluation ?? {}), ...Object.fromEntries(local) }
    events.push({ wallTime, step: round.round, scalars })
  }
  return events
}

/** The mean over clients, then every client, of one kind of model in one round. */
function localFigures(
  { clients }: Pick<RunResult, 'clients'>,
  model: 'own' | 'group',
  round: RunResult['rounds'][number],
) {
  const rounds = { rounds: [round] }
  return [
    { name: 'mean', figure: meanOverClients(clients, model, rounds).at(0) },
    ...clients.map((client) => ({ name: client.name, figure: measuredBy(client, model, rounds).at(0) })),
  ]
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
