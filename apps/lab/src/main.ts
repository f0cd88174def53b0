import { Command } from 'commander'
import { benchCommand } from './commands/bench.ts'
import { demoCommand } from './commands/demo.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { extractCommand } from './commands/extract.ts'
import { participateCommand } from './commands/participate.ts'
import { simulateCommand } from './commands/simulate.ts'
import { LabError } from './errors.ts'

/** The command line of the lab. Expected failures are one sentence on standard error and exit code 1. */
const program = new Command('lab')
  .description('Person re-identification by federated learning: simulate, demonstrate, measure.')
  .showHelpAfterError('(add --help for the flags)')
  .addCommand(demoCommand())
  .addCommand(simulateCommand())
  .addCommand(evaluateCommand())
  .addCommand(extractCommand())
  .addCommand(participateCommand())
  .addCommand(benchCommand())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
