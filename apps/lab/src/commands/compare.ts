import { Command, Option } from 'commander'
import { join } from 'node:path'
import { writeComparison } from '../experiment/compare/write-comparison.ts'
import { type Protocol, protocols } from '../experiment/protocol.ts'
import type { RunResult } from '../experiment/result.ts'
import { COMPARISON_FOLDER, readResults } from '../experiment/run-folder.ts'

interface CompareFlags {
  readonly out?: string
  readonly protocol: Protocol
}

const NOTES = `
Runs that differ by their seed alone are one row. Written to --out: comparison.md, comparison.csv, and curves by round
as SVG (loss, and rank-1 and mAP of each data set), the bands from the lowest to the highest seed.
Where there are federations by-camera and by-identity and a centralised learner, it is told whether FedReID's finding
holds: that by-camera trails both.

Examples:
  lab compare .passerby/fedreid-scenarios
  lab compare sweeps/osnet sweeps/mobilenet --out comparison`

export function compareCommand(): Command {
  return new Command('compare')
    .description('Compares the runs of sweeps: table, Markdown, CSV and curves.')
    .argument('<folder...>', 'folders that `lab sweep --out` wrote, or single runs in them')
    .option('--out <folder>', 'where tables and curves are written (default: comparison, in the first folder)')
    .addOption(
      new Option(
        '--protocol <which>',
        "figures of the last round, or FedReID's: the mean of the three best that were measured",
      )
        .choices(protocols)
        .default('last'),
    )
    .addHelpText('after', NOTES)
    .action(run)
}

async function run(folders: readonly string[], flags: CompareFlags): Promise<void> {
  const results: RunResult[] = []
  for (const folder of folders) results.push(...(await readResults(folder)))
  const out = flags.out ?? join(folders[0], COMPARISON_FOLDER)
  process.stdout.write(`${await writeComparison(results, out, flags.protocol)}\n`)
  process.stderr.write(`Tables and curves are in ${out}\n`)
}
