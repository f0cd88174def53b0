import { Command } from 'commander'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { writeComparison } from '../experiment/compare/write-comparison.ts'
import { readExperiment } from '../experiment/read.ts'
import { COMPARISON_FOLDER } from '../experiment/run-folder.ts'
import { sweepFile } from '../experiment/sweep-file.ts'
import { whole } from '../settings/arguments.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { duration } from '../terminal/table.ts'

interface SweepFlags {
  readonly out: string
  readonly workers: number
  readonly list: boolean
}

const FORMAT = `
An experiment file (YAML) says on which data, in which arms, from which first models, with which seeds and settings:
  name: rates
  data: { folder: reid-data, images: 200, clients: 8 }     # or folder: synthetic, with people and cameras; synthetic-nine
  arms:
    - { mode: federated, scenario: by-camera }              # or standalone, centralised; by-identity, by-dataset
    - { label: CDW, mode: federated, scenario: by-camera, settings: { strategy: { weighting: cosine-features } } }
  inits:
    - { label: scratch }
    - { label: mine, file: model.safetensors, make: the command that makes it, settings: { local: { backbone: tiny } } }
  seeds: [1, 2]
  settings: { rounds: 20, evaluateEvery: 5, local: { input: { height: 64, width: 32 } } }   # as on the dashboard
  grid: { local.backboneRate: [0.05, 0.01] }                # all combinations

With data: { share: 0.4 } in place of images, clients keep their natural sizes, and with public: 0.1 that share of the
training identities is set aside for strategies that look at images which no client holds. evaluateOwnEvery: 5 also
measures every client's own model each fifth round, evaluateLast: 15 the global one after each of the last 15.

Each run is a folder in --out: settings.json, result.json, rounds.csv, and an event file for TensorBoard. What is
there is not played again; a run that was killed goes on after its last round. In the end all runs are compared, as by
lab compare.

Examples:
  lab sweep apps/lab/experiments/fedreid-scenarios.yaml --out .passerby/fedreid-scenarios
  lab sweep rates.yaml --out .passerby/rates --list`

export function sweepCommand(): Command {
  return new Command('sweep')
    .description('Plays all runs of an experiment file that are not there yet, and compares them.')
    .argument('<file>', 'experiment (YAML)')
    .requiredOption('--out <folder>', 'where the runs are kept, a folder each')
    .option('--workers <n>', 'worker threads: runs at once', whole(1, 256), availableParallelism())
    .option('--list', 'name the runs and play none', false)
    .addHelpText('after', FORMAT)
    .action(run)
}

async function run(file: string, flags: SweepFlags): Promise<void> {
  const progress = terminalProgress()
  const read = await readExperiment(file)
  if (flags.list) {
    process.stdout.write(`${read.runs.map(({ name }) => name).join('\n')}\n`)
    return
  }
  const started = performance.now()
  const results = await sweepFile(read, { ...flags, progress })
  const comparison = join(flags.out, COMPARISON_FOLDER)
  process.stdout.write(`${await writeComparison(results, comparison)}\n`)
  progress.say(`${duration((performance.now() - started) / 1000)}; tables and curves are in ${comparison}`)
}
