/**
 * A federation of real browser tabs on this machine: a coordinator in a process of its own, an operator who starts the
 * run, and participants who go through the real page. Only the measuring of models on unseen people is the lab's.
 */
import type { ClientCrops, CropSet } from '@passerby/crops'
import { type Params, sameLayout } from '@passerby/federation'
import { type Operator, connectOperator } from '@passerby/operator'
import { type FederationSettings, type RoundRecord, decodeSafetensors } from '@passerby/protocol'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { ensureChromium, quietArguments } from '../../setup/chromium.mjs'
import { LabError } from '../errors.ts'
import type { Progress } from '../terminal/progress.ts'
import { writeClientFolders, writePublicFolder } from './client-folders.ts'
import { createFederation, granted } from './create-federation.ts'
import { startCoordinatorProcess } from './coordinator-process.ts'
import { followRun } from './follow-run.ts'
import { membersOf } from './lines.ts'
import { openParticipantTab } from './participant-tab.ts'

export interface Demo {
  readonly settings: FederationSettings
  readonly clients: readonly ClientCrops[]
  /** Of people whom no client holds: the coordinator's public set. */
  readonly publicCrops: CropSet
  readonly initial: Params
  /** The built pages. */
  readonly pages: string
  /** For the coordinator's data and the participants' crops. */
  readonly folder: string
  readonly headed: boolean
  /** The tabs train with plain TensorFlow.js. */
  readonly plain: boolean
  readonly progress: Progress
  /** Called once per round, when its model is published. */
  readonly onPublished: (record: RoundRecord) => void
  /** Called once per round after the run, when no tab computes any more. */
  readonly onModel: (record: RoundRecord, model: Params) => Promise<void>
  /** Called after them for each group that ends with a model of its own. */
  readonly onGroupModel: (members: string, model: Params) => Promise<void>
  /** Called last, while coordinator and dashboard are still there. */
  readonly onMeasured: (records: readonly RoundRecord[]) => Promise<void>
  readonly signal: AbortSignal
}

/** Runs to the federation's end. Everything that was started is stopped, however it ends. */
export async function runDemo(demo: Demo): Promise<void> {
  const { progress, folder } = demo
  const opened: (() => Promise<unknown>)[] = []
  try {
    progress.say(`The coordinator and Chromium start, for ${demo.clients.length} clients …`)
    const starting = launchChromium(demo.headed)
    opened.push(async () => await (await starting.catch(() => undefined))?.close())
    const folders = await writeClientFolders(demo.clients, join(folder, 'crops'))
    const publicSet = join(folder, 'public')
    await writePublicFolder(demo.publicCrops, publicSet)
    const data = join(folder, 'coordinator')
    const coordinator = await startCoordinatorProcess({ data, web: demo.pages, publicSet })
    opened.push(() => coordinator.close())
    const operator = connectOperator({ origin: coordinator.url, token: coordinator.operatorToken })
    opened.push(async () => operator.close())
    const { federation, path } = await createFederation(operator, demo)
    progress.say(`Dashboard: ${coordinator.url}/#token=${coordinator.operatorToken}`)

    const browser = await starting
    const failure = new AbortController()
    const run = followRun(operator, federation, {
      signal: AbortSignal.any([demo.signal, failure.signal, coordinator.lost]),
      onPublished: demo.onPublished,
    })
    const link = coordinator.url + (demo.plain ? path.replace('#', '?plain#') : path)
    const tabs = folders.map(async ({ name, folder }) => {
      const page = await openParticipantTab(browser, { link, alias: name, folder })
      page.once('crash', () => failure.abort(new LabError('browser', `The tab of ${name} crashed`)))
      progress.say(`${name} is ready in its tab`)
      return page
    })
    const [records] = await Promise.all([run, ...tabs])
    await browser.close()
    for (const record of records) await demo.onModel(record, await downloadModel(operator, record, demo.initial))
    for (const record of records.slice(-1))
      for (const { clients, model } of record.groups) {
        const own = await downloadModel(operator, { round: record.round, model }, demo.initial)
        await demo.onGroupModel(membersOf(record, clients), own)
      }
    await demo.onMeasured(records)
  } finally {
    for (const close of opened.toReversed()) await close()
  }
}

async function downloadModel(
  operator: Operator,
  { round, model }: Pick<RoundRecord, 'round' | 'model'>,
  like: Params,
): Promise<Params> {
  if (model === null) throw new LabError('coordinator', `Round ${round} has no model`)
  const file = granted(await operator.downloadModel(model.sha256))
  const { params } = decodeSafetensors(new Uint8Array(await file.arrayBuffer()))
  if (!sameLayout(params.layout, like.layout))
    throw new LabError('coordinator', `The model of round ${round} has another layout than the first`)
  return params
}

async function launchChromium(headed: boolean): Promise<Browser> {
  const executablePath = ensureChromium()
  return chromium
    .launch({ executablePath, headless: !headed, args: [...quietArguments], handleSIGINT: false, handleSIGTERM: false })
    .catch((cause: unknown) => {
      throw new LabError('browser', `${executablePath} does not start: name another one by PASSERBY_CHROMIUM`, cause)
    })
}
