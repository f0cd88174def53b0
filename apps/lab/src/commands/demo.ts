import type { Params } from '@passerby/federation'
import type { RoundRecord } from '@passerby/protocol'
import { Command } from 'commander'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensurePages } from '../../setup/pages.mjs'
import { dealtOut, readEvaluations } from '../corpus/corpus.ts'
import { generatedPublicCrops } from '../corpus/generated.ts'
import { type PublicFlags, openData } from '../corpus/open.ts'
import { runDemo } from '../demo/run-demo.ts'
import { LabError } from '../errors.ts'
import { type GroupMeasured, figuresTable, reportedRound, roundLine, roundsTable, timeSentence } from '../demo/lines.ts'
import { roundTimings, totalTiming } from '../demo/timing.ts'
import { type Measured, pooled } from '../measure/pooled.ts'
import { embedPair, evaluationImages, measure, rawPixels } from '../measure/measure.ts'
import { type DataFlags, SYNTHETIC, addDataOptions, publicOption, splitOptions } from '../settings/data.ts'
import { type LearningFlags, addLearningOptions, federationSettings } from '../settings/learning.ts'
import { type NetworkDefaults, withNetwork } from '../settings/network-choice.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { duration } from '../terminal/table.ts'
import { writeJson } from '../terminal/write-json.ts'
import { initialModel, writeModel } from '../work/models.ts'
import { type TrainingPool, trainingPool } from '../work/training-pool.ts'

interface DemoFlags extends LearningFlags, DataFlags, PublicFlags {
  readonly init?: string
  readonly out: string
  readonly headed: boolean
  readonly keep: boolean
  readonly stay: boolean
  readonly plain: boolean
  readonly json?: string
}

const EXAMPLES = `
Three headless Chromium tabs join a real coordinator and train; nothing leaves this machine. Models are measured on
people whom no tab has seen. Unless flags say otherwise, tiny is trained on generated people and osnet_x0_25 on crops,
four epochs per round in batches of 16. For strategies that look at images which no client holds, the coordinator has
64 of other generated people, or whom --public sets aside.

Examples:
  lab demo
  lab demo --headed --rounds 3 --stay                     look around, and make federations of your own by the dashboard
  lab demo --strategy fedprox --set strategy.proximal=0.1
  lab demo --clients 4 --set strategy.clustering.by=flattened     clients that see public people alike share a model
  lab demo --set strategy.distillation.teachers=private           the model is taught what clients say of public people
  lab demo --data reid-data/market1501 --split by-camera --clients 3 --images 300 --rounds 4 --json demo.json
  lab demo --init .passerby/demo/model.safetensors        goes on from an earlier run's model`

/** Share of identities that a tab keeps back, so that its own curves have something to show. */
const VALIDATION = 0.1

export function demoCommand(): Command {
  const command = new Command('demo').description(
    'Trains a federation of real browser tabs on this machine, on generated people or on your crops.',
  )
  addDataOptions(command, { people: 120, cameras: 3, split: 'by-identity', clients: 3 })
  addLearningOptions(command, {
    backbone: 'osnet_x0_25',
    size: { height: 64, width: 32 },
    rounds: 10,
    shown: {
      backbone: 'tiny for generated people, else osnet_x0_25',
      embedding: '128 for generated people, else 512',
      epochs: '4',
      batch: '16',
    },
  })
  return command
    .addOption(publicOption())
    .option('--init <file>', 'first model (safetensors) instead of a drawn one')
    .option('--out <file>', 'where the final model is written', join('.passerby', 'demo', 'model.safetensors'))
    .option('--headed', 'show the tabs', false)
    .option('--keep', 'keep the temporary folder with the coordinator’s data', false)
    .option('--stay', 'leave coordinator and dashboard running in the end, until Ctrl-C', false)
    .option('--plain', 'train with plain TensorFlow.js, to compare with', false)
    .option('--json <file>', 'report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(await withNetwork<DemoFlags>(command, defaultsFor(command))))
}

/** A network that learns within minutes: generated people need no large one. */
function defaultsFor(command: Command): NetworkDefaults {
  const { data } = command.opts<DemoFlags>()
  return { epochs: 4, batch: 16, ...(data === SYNTHETIC && { backbone: 'tiny', embedding: 128 }) }
}

async function run(flags: DemoFlags): Promise<void> {
  const progress = terminalProgress()
  const started = performance.now()
  const frame = { name: 'Demo on this machine', validation: VALIDATION, evaluateEvery: 1, minClients: 1 }
  const { seed, local } = federationSettings(flags, frame)
  const { sets, publicCrops } = await openData({ ...flags, seed })
  const clients = dealtOut(sets, flags.split, splitOptions(flags))
  const settings = federationSettings(flags, { ...frame, minClients: clients.length })
  const initial = await initialModel(local, seed, flags.init)
  const evaluations = await readEvaluations(sets, { size: local.input, progress })
  if (evaluations.length === 0) throw new LabError('no-images', `${flags.data} has no people to measure on`)
  let pool: TrainingPool | undefined
  const measured = async (model: Params): Promise<Measured> => {
    pool ??= trainingPool({
      size: 1,
      choice: settings.local,
      clients: new Map(),
      images: evaluationImages(evaluations),
    })
    const measuring = { embedder: pool, dim: settings.local.embedding }
    const metrics = []
    for (const set of evaluations) metrics.push(measure(set, await embedPair(set, model, measuring)))
    return pooled(metrics)
  }
  const folder = await mkdtemp(join(tmpdir(), 'passerby-demo-'))
  const interrupt = new AbortController()
  const interrupted = () => interrupt.abort(new LabError('coordinator', 'Interrupted'))
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    const rounds: { readonly record: RoundRecord; readonly measured: Measured }[] = []
    const groups: GroupMeasured[] = []
    let model = initial
    await runDemo({
      settings,
      clients,
      publicCrops: publicCrops.length > 0 ? publicCrops : generatedPublicCrops({ ...flags, seed }),
      initial,
      pages: ensurePages(resolve(import.meta.dirname, '../../../..')),
      folder,
      headed: flags.headed,
      plain: flags.plain,
      progress,
      signal: interrupt.signal,
      onPublished: (record) => progress.say(roundLine(record)),
      // Not while the tabs train: it would take the processor from them.
      async onModel(record, published) {
        if (rounds.length === 0) progress.say('Measuring each round’s model on people whom no tab has seen …')
        rounds.push({ record, measured: await measured(published) })
        model = published
      },
      async onGroupModel(members, own) {
        groups.push({ members, ...(await measured(own)) })
      },
      async onMeasured(records) {
        const timings = roundTimings(records)
        const measuredRounds = rounds.map((round, index) => reportedRound(round.record, round.measured, timings[index]))
        await writeModel(flags.out, model, settings.local)
        const before = {
          initial: await measured(initial),
          rawPixels: pooled(evaluations.map((set) => measure(set, rawPixels(set)))),
        }
        const final = rounds.at(-1)?.measured ?? before.initial
        process.stdout.write(
          `${roundsTable(measuredRounds)}\n\n${figuresTable({ ...before, final, groups })}\n\n${timeSentence(measuredRounds)}\n`,
        )
        progress.say(`${duration((performance.now() - started) / 1000)}; the model is in ${flags.out}`)
        await writeJson(flags.json, {
          ...before,
          rounds: measuredRounds,
          seconds: totalTiming(timings),
          final,
          ...(groups.length > 0 && { groups }),
          model: flags.out,
        })
        if (!flags.stay || interrupt.signal.aborted) return
        progress.say('Coordinator and dashboard stay until Ctrl-C')
        await once(interrupt.signal, 'abort')
      },
    })
  } finally {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
    await pool?.close()
    if (flags.keep) progress.say(`Coordinator and crops are kept in ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}
