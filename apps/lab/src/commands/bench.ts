import { backboneNames, isBackboneName } from '@passerby/backbones'
import { Command, InvalidArgumentError, Option } from 'commander'
import { availableParallelism } from 'node:os'
import { type EvaluationBenchFlags, runEvaluationBench } from '../bench/evaluation/run-evaluation-bench.ts'
import { type FedreidBenchFlags, runFedreidBench } from '../bench/fedreid/run-fedreid-bench.ts'
import type { BenchFlags } from '../bench/run-bench.ts'
import { size, whole } from '../settings/arguments.ts'
import { backboneOption } from '../settings/backbone-argument.ts'

const BACKENDS = ['wasm', 'webgpu', 'cpu'] as const
const PARTS = ['comparison', 'threads', 'operations', 'peer', 'tabs', 'memory', 'large', 'soak', 'curves'] as const

const EXAMPLES = `
A step is forward, backward and update, with its loss read back. Stock is TensorFlow.js as its documentation has it,
ours is what a participant runs; they take turns. In Chromium, webgpu runs on SwiftShader where there is no graphics card.

Examples:
  lab bench learner
  lab bench learner --all --json figures.json
  lab bench learner --backbone tiny --tabs 3 --hosts chromium --backends wasm
  lab bench learner --only soak,curves --soak 300 --curves --networks all --threads 1
  lab bench learner --peer /usr/bin/python3 --backends wasm
  lab bench learner --hosts chromium --backends wasm --size 128x64 --batch 32 --json figures.json`

export function benchCommand(): Command {
  const learner = new Command('learner')
    .description('Compares training steps with stock TensorFlow.js, in Node and in Chromium workers.')
    .addOption(backboneOption('network').default('osnet_x0_25'))
    .addOption(new Option('--size <HxW>', 'input size').argParser(size).default({ height: 64, width: 32 }, '64x32'))
    .option('--batch <n>', 'images per step', whole(2, 512), 16)
    .option('--steps <n>', 'timed steps of each contender', whole(7, 1000), 8)
    .addOption(new Option('--hosts <which>', 'where').choices(['both', 'node', 'chromium']).default('both'))
    .addOption(
      new Option('--backends <names>', `some of ${BACKENDS.join()}; webgpu is in Chromium only`)
        .argParser(backends)
        .default(['wasm', 'webgpu'], 'wasm,webgpu'),
    )
    .option('--threads <n>', 'on wasm, that share a training next to one; 1: none', whole(1, 64), 2)
    .option('--kernels', 'also the time of every operation, forward, backward and update', false)
    .option('--peer [python]', 'also PyTorch eager beside ours; an interpreter that has it is found by itself')
    .option('--tabs <n>', 'also so many tabs at once, on WebAssembly', whole(2, 16))
    .option('--memory', 'also bytes: planned for every network, batch and size, and really held', false)
    .option('--large', 'also OSNet x1.0 with 32 images of 128×64 and of 256×128', false)
    .option('--soak <n>', 'also so many steps, to see that nothing piles up', whole(10, 100_000))
    .option('--curves', "also 20 losses of every network beside stock's", false)
    .option('--networks <names>', 'for --soak in place of --backbone, for --curves in place of all; `all`', networks)
    .addOption(
      new Option('--only <parts>', `these alone of what is asked for: some of ${PARTS.join()}`).argParser(parts),
    )
    .option('--all', 'all of these', false)
    .option('--json <file>', 'figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_, command: Command) => {
      // Vite and Playwright take more memory than most commands do.
      const { runBench } = await import('../bench/run-bench.ts')
      await runBench(command.opts<BenchFlags>())
    })
  return new Command('bench')
    .description('Measures speed, and what the parts of FedReID are good for.')
    .addCommand(learner)
    .addCommand(evaluationBench())
    .addCommand(fedreidBench())
}

const FEDREID = ['', '-generated'].map((part) => `apps/lab/experiments/fedreid-benchmark${part}.yaml`)

function fedreidBench(): Command {
  return new Command('fedreid')
    .description('Plays FedReID’s benchmark and writes one page of results: tables, curves, and what they say.')
    .argument('[file...]', 'experiments whose arms have labels', FEDREID)
    .requiredOption('--out <folder>', 'where the page and the runs are kept; runs that are there are not played again')
    .option('--workers <n>', 'worker threads: runs at once', whole(1, 256), availableParallelism())
    .option('--rounds <n>', 'fewer rounds than the experiments have, to try it out', whole(1, 1e5))
    .option('--seeds <list>', 'other seeds than the experiments have, as in 1,2', seedList)
    .action(async (files: readonly string[], flags: FedreidBenchFlags) => runFedreidBench(files, flags))
}

function seedList(text: string): readonly number[] {
  return text.split(',').map(whole(0, 0xffff_ffff))
}

function evaluationBench(): Command {
  return new Command('evaluation')
    .description('Evaluates a search of Market-1501 size whose figures are known, on one core.')
    .option('--queries <n>', 'query images', whole(2, 1e6), 3368)
    .option('--gallery <n>', 'gallery images', whole(100, 1e7), 19732)
    .option('--dim <n>', 'values of an embedding', whole(256, 8192), 512)
    .option('--seed <n>', 'seed of the embeddings', whole(0, 0xffff_ffff), 1)
    .addOption(
      new Option('--products <which>', 'who multiplies: our WebAssembly kernel, or a loop of plain JavaScript')
        .choices(['kernel', 'script'])
        .default('kernel'),
    )
    .option('--re-rank', 'also with k-reciprocal re-ranking', false)
    .option('--json <file>', 'figures as JSON')
    .action(async (_, command: Command) => runEvaluationBench(command.opts<EvaluationBenchFlags>()))
}

function networks(text: string): readonly string[] {
  if (text === 'all') return backboneNames
  const names = text.split(',')
  const unknown = names.find((name) => !isBackboneName(name))
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no ${unknown}: some of ${backboneNames.join()} are needed, or all.`)
  return names
}

function parts(text: string): readonly string[] {
  const names = text.split(',')
  if (names.every((name) => PARTS.some((part) => part === name))) return names
  throw new InvalidArgumentError(`Some of ${PARTS.join()} are needed.`)
}

function backends(text: string): BenchFlags['backends'] {
  const names = text.split(',')
  const known = BACKENDS.filter((backend) => names.includes(backend))
  if (known.length !== names.length) throw new InvalidArgumentError(`Some of ${BACKENDS.join()} are needed.`)
  return known
}
