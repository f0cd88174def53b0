import { Command, Option } from 'commander'
import { publicImagesOf } from '@passerby/federation'
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { type PublicFlags, openCorpus } from '../corpus/open.ts'
import { addDataOptions, type DataFlags, publicOption } from '../settings/data.ts'
import { whole } from '../settings/arguments.ts'
import { LabError } from '../errors.ts'
import { finalBy } from '../experiment/protocol.ts'
import { evaluationImages } from '../measure/measure.ts'
import { type LearningFlags, addLearningOptions, federationSettings } from '../settings/learning.ts'
import { type Mode, corpusFor, modes } from '../simulate/modes.ts'
import { type SimulationRecord, simulate } from '../simulate/simulate.ts'
import { fingerprintOf, keptRound, stateFolder } from '../simulate/state-folder.ts'
import {
  clientFiguresTable,
  clientsTable,
  finalTable,
  interruptedLine,
  roundLine,
  startLine,
} from '../simulate/lines.ts'
import { withNetwork } from '../settings/network-choice.ts'
import { onInterrupt } from '../terminal/interrupt.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { duration } from '../terminal/table.ts'
import { writeJson } from '../terminal/write-json.ts'
import { refuseToReplace } from '../work/files.ts'
import { initialModel, writeModel } from '../work/models.ts'
import { trainingPool } from '../work/training-pool.ts'

interface SimulateFlags extends LearningFlags, DataFlags, PublicFlags {
  readonly mode: Mode
  readonly evaluateEvery: number
  readonly evaluateOwnEvery: number
  readonly evaluateLast: number
  readonly workers: number
  readonly init?: string
  readonly state?: string
  readonly resume: boolean
  readonly anew: boolean
  readonly out?: string
  readonly force: boolean
  readonly json?: string
}

const EXAMPLES = `
The modes compare because they see the same images equally often: in every round each client's images, --epochs times.
  federated     clients train from the global model, which is then averaged anew
  standalone    every client goes on with its own model and shares nothing; figures are means over the clients,
                each measured on the data sets that its images come from
  centralised   one learner has all clients' images, and one head over all their identities

Examples:
  lab simulate --data reid-data --split by-camera --images 200 --rounds 40
  lab simulate --data reid-data --images 200 --mode centralised  the same images in one place
  lab simulate --data reid-data --images 200 --mode standalone   nothing shared
  lab simulate --data reid-data --share 0.3 --set strategy.weighting=cosine-features   natural sizes, cosine weights
  lab simulate --data reid-data --public 0.1 --set strategy.clustering.by=flattened    client clustering
  lab simulate --data synthetic --backbone tiny --rounds 5       generated people, a minute
  lab simulate … --resume                                        goes on after the last whole round`

export function simulateCommand(): Command {
  const command = new Command('simulate').description(
    'Plays a whole federation in this process, clients in parallel worker threads.',
  )
  addDataOptions(command, { people: 60, cameras: 4, split: 'by-camera' })
  addLearningOptions(command, { backbone: 'osnet_x0_25', size: { height: 64, width: 32 }, rounds: 40 })
  return command
    .addOption(new Option('--mode <how>', 'who learns with whom').choices([...modes]).default('federated'))
    .option('--evaluate-every <n>', 'measure the models every n-th round and after the last', whole(1, 1e5), 10)
    .option('--evaluate-own-every <n>', "also each client's own model every n-th round; 0 for never", whole(0, 1e5), 0)
    .option('--evaluate-last <n>', 'measure the model after each of the last n rounds', whole(1, 1e5), 1)
    .addOption(publicOption())
    .option('--workers <n>', 'worker threads', whole(1, 256), availableParallelism())
    .option('--init <file>', 'first model (safetensors) instead of a drawn one')
    .option('--state <folder>', 'where the run is kept after each round (default: .passerby/simulate/…)')
    .option('--resume', 'go on from what --state holds, if anything', false)
    .addOption(
      new Option('--anew', 'remove the rounds that --state holds of this very run, and play it from the start')
        .default(false)
        .conflicts('resume'),
    )
    .option(
      '--out <file>',
      'where the final model is written, a folder with --mode standalone (default: in the state folder)',
    )
    .option('--force', 'replace what --out names', false)
    .option('--json <file>', 'report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => run(await withNetwork<SimulateFlags>(command, {})))
}

async function run(flags: SimulateFlags): Promise<void> {
  const progress = terminalProgress()
  const settings = federationSettings(flags, {
    name: 'simulation',
    validation: 0,
    evaluateEvery: flags.evaluateEvery,
    minClients: 1,
  })
  if (flags.out !== undefined) await refuseToReplace([flags.out], flags.force)
  const { seed, local } = settings
  const choice = { size: local.input, publicImages: publicImagesOf(settings.strategy), progress }
  const evaluation = { ownEvery: flags.evaluateOwnEvery, last: flags.evaluateLast }
  const corpus = corpusFor(flags.mode, await openCorpus({ ...flags, seed }, choice))
  const initial = await initialModel(local, seed, flags.init)
  const configuration = {
    mode: flags.mode,
    settings,
    evaluation,
    publicSet: corpus.publicSet && createHash('sha256').update(corpus.publicSet.pixels).digest('hex'),
    clients: corpus.clients.map(({ name, pixels }) => [name, fingerprintOf(pixels.names)]),
    evaluations: corpus.evaluations.map(({ name, query, gallery }) => [name, query.names.length, gallery.names.length]),
    initial: fingerprintOf([...initial.values]),
  }
  const folder = flags.state ?? join('.passerby', 'simulate', fingerprintOf(configuration).slice(0, 12))
  const state = stateFolder<SimulationRecord>(folder, configuration)
  const there = await state.round()
  if (there > 0 && !flags.resume && !flags.anew)
    throw new LabError(
      'unusable',
      `${folder} holds this run after round ${there} of ${settings.rounds}: go on with --resume, or play it from the start with --anew, which removes it`,
    )
  if (flags.anew) await state.clear()
  const clients = corpus.clients.map(({ name, pixels }) => ({
    name,
    images: pixels.names.length,
    identities: new Set(pixels.identities).size,
  }))
  progress.say(clientsTable(clients))

  const workplace = trainingPool({
    size: flags.workers,
    choice: settings.local,
    clients: new Map(corpus.clients.map(({ name, pixels }) => [name, pixels])),
    images: evaluationImages(corpus.evaluations),
  })
  const task = progress.begin(`${settings.rounds} rounds`, settings.rounds * clients.length)
  const started = performance.now()
  const uninterrupted = onInterrupt(() =>
    progress.say(interruptedLine(keptRound(folder), { rounds: settings.rounds, folder })),
  )
  try {
    const result = await simulate(
      {
        mode: flags.mode,
        corpus,
        settings,
        initial,
        evaluation,
      },
      {
        workplace,
        state,
        clock: () => performance.now() / 1000,
        onStart: (record) => progress.say(startLine(record, settings.rounds)),
        onClient: (round, done, training) =>
          task.update((round - 1) * clients.length + done, `round ${round}: ${done} of ${training} clients`),
        onRound: (round) => progress.say(roundLine(round, settings.rounds)),
      },
    )
    task.end()
    const alone = flags.mode === 'standalone'
    const model = flags.out ?? join(folder, alone ? 'models' : 'model.safetensors')
    for (const [name, params] of result.models) {
      const file = `${name.replaceAll('/', '-')}.safetensors`
      const place = name === 'global' ? model : join(alone ? model : dirname(model), file)
      await writeModel(place, params, settings.local)
    }
    const { own, group, groups } = result.record.rounds.at(-1) ?? {}
    const { initial: before, rawPixels, rounds } = result.record
    const sets = corpus.evaluations.map(({ name, query, gallery }) => ({
      name,
      query: query.names.length,
      gallery: gallery.names.length,
    }))
    process.stdout.write(`${finalTable({ initial: before, rawPixels, final: result.final })}\n`)
    if (own) process.stdout.write(`${clientFiguresTable(alone ? 'alone' : 'own models', own)}\n`)
    if (group) process.stdout.write(`${clientFiguresTable('models of groups', group)}\n`)
    if (groups) progress.say(`groups: ${groups.map((clients) => clients.join(' + ')).join('; ')}`)
    progress.say(
      `${duration((performance.now() - started) / 1000)}; ${result.models.size > 1 ? 'the models are' : 'the model is'} in ${alone || !groups ? model : dirname(model)}`,
    )
    await writeJson(flags.json, {
      command: 'simulate',
      data: flags.data,
      split: flags.split,
      mode: flags.mode,
      settings,
      clients,
      sets,
      initial: before,
      rawPixels,
      rounds,
      final: result.final,
      bestOfThree: finalBy('best-of-three', { rounds, final: result.final }),
      model,
    })
  } finally {
    uninterrupted()
    task.end()
    await workplace.close()
  }
}
