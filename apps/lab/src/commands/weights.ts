import { DEFAULT_EMBEDDING } from '@passerby/backbones'
import { Command, Option } from 'commander'
import { number, type Size, size, whole } from '../settings/arguments.ts'
import { backboneOption } from '../settings/backbone-argument.ts'
import { terminalProgress } from '../terminal/progress.ts'
import { exportWeights } from '../weights/export-weights.ts'
import { AT_LEAST, importWeights } from '../weights/import-weights.ts'
import { measureModel } from '../weights/measure-model.ts'
import { showWeights } from '../weights/show-weights.ts'

const EXAMPLES = `
Files are read for their numbers alone: nothing that a PyTorch checkpoint holds is run.

Examples:
  lab weights show osnet_x0_25_msmt17.onnx
  lab weights import osnet_x0_25_msmt17.onnx --backbone osnet_x0_25 --out model.safetensors
  lab weights import resnet50.pth --backbone resnet50 --partial --out model.safetensors    its classifier is left
  lab weights import osnet_x0_25_msmt17.onnx --backbone osnet_x0_25 --measure reid-data --out model.safetensors
  lab weights export model.safetensors --to model.onnx
  lab weights export model.safetensors --to web-model      a folder for TensorFlow.js`

export function weightsCommand(): Command {
  return new Command('weights')
    .description('Takes parameters in from other tools and gives them out: PyTorch, ONNX, safetensors, TensorFlow.js.')
    .addCommand(importCommand())
    .addCommand(exportCommand())
    .addCommand(showCommand())
    .addHelpText('after', EXAMPLES)
}

interface ImportFlags {
  readonly backbone: string
  readonly embedding: number
  readonly partial: boolean
  readonly atLeast: number
  readonly force: boolean
  readonly seed: number
  readonly size: Size
  readonly measure?: string
  readonly out: string
}

function importCommand(): Command {
  return new Command('import')
    .description('Brings the parameters of a .pth, .onnx or .safetensors file into one of our models.')
    .argument('<file>', 'file to read')
    .addOption(backboneOption('the network that they are of').makeOptionMandatory())
    .option('--embedding <n>', 'values in an embedding', whole(8, 4096), DEFAULT_EMBEDDING)
    .option('--partial', 'take what fits and say what does not; the rest is drawn', false)
    .option('--at-least <share>', 'of the values has to fit, with --partial too', number(0, 1), AT_LEAST)
    .option('--seed <n>', 'draws what the file does not have', whole(0, 2 ** 31), 1)
    .addOption(
      new Option('--size <HxW>', 'input size to tell in the model file')
        .argParser(size)
        .default({ height: 256, width: 128 }, '256x128'),
    )
    .option('--measure <folder>', 'measure batch norms on its images: where they were folded, before training on')
    .requiredOption('--out <file>', 'model to write (safetensors)')
    .option('--force', 'replace --out where it is there already', false)
    .action(async (file: string, _, command: Command) => {
      const { size, measure, ...flags } = command.opts<ImportFlags>()
      say(...(await importWeights(file, { ...flags, input: size })))
      if (measure !== undefined) say(await measureModel(flags.out, { data: measure, progress: terminalProgress() }))
    })
}

interface ExportFlags {
  readonly to: string
  readonly force: boolean
  readonly size?: Size
}

function exportCommand(): Command {
  return new Command('export')
    .description('Writes one of our models for other tools.')
    .argument('<model>', 'model to read (safetensors)')
    .requiredOption('--to <path>', 'a .onnx file, a .safetensors file as PyTorch has it, or a folder for TensorFlow.js')
    .addOption(
      new Option('--size <HxW>', 'input size (default: what the model file tells, else 256x128)').argParser(size),
    )
    .option('--force', 'replace what is there already', false)
    .action(async (model: string, _, command: Command) => {
      const { to, size, force } = command.opts<ExportFlags>()
      say(await exportWeights(model, { to, size, force }))
    })
}

function showCommand(): Command {
  return new Command('show')
    .description('Lists the tensors of a .pth, .onnx or .safetensors file.')
    .argument('<file>', 'file to read')
    .action(async (file: string) => say(await showWeights(file)))
}

function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
