import { backboneNames, DEFAULT_EMBEDDING } from '@passerby/backbones'
import { Command, Option } from 'commander'
import { drawing } from '../model/drawing.ts'
import { overview } from '../model/overview.ts'
import { reportOf } from '../model/report.ts'
import { backboneName } from '../settings/backbone-argument.ts'
import { type Size, size, whole } from '../settings/arguments.ts'
import { writeJson } from '../terminal/write-json.ts'

interface ModelFlags {
  readonly embedding: number
  readonly size: Size
  readonly batch: number
  readonly json?: string
}

const EXAMPLES = `
A name may have options: resnet50+stride1+gem+bnneck. With bnneck the embedding is as wide as the pooled features.
Multiply-adds are those of convolutions, linear layers and gates, for one image's forward pass.

Examples:
  lab model
  lab model resnet50 --size 256x128
  lab model resnet18+stride1+bnneck --size 128x64 --json resnet18.json`

export function modelCommand(): Command {
  return new Command('model')
    .description('Draws a network with its parameters and multiply-adds, or lists them all.')
    .argument('[name]', `one of ${backboneNames.join(', ')}; none: all of them`, backboneName)
    .option('--embedding <n>', 'values in an embedding', whole(8, 4096), DEFAULT_EMBEDDING)
    .addOption(new Option('--size <HxW>', 'input size').argParser(size).default({ height: 256, width: 128 }, '256x128'))
    .option('--batch <n>', 'images of the step whose memory is told', whole(2, 512), 32)
    .option('--json <file>', 'the same as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, _, command: Command) => run(name, command.opts<ModelFlags>()))
}

async function run(name: string | undefined, { embedding, size, batch, json }: ModelFlags): Promise<void> {
  const options = { embedding, size, batchSize: batch }
  if (name === undefined) {
    const reports = backboneNames.map((one) => reportOf(one, options))
    process.stdout.write(`${overview(reports)}\n`)
    await writeJson(json, { command: 'model', reports })
    return
  }
  const report = reportOf(name, options)
  process.stdout.write(`${drawing(report)}\n`)
  await writeJson(json, { command: 'model', ...report })
}
