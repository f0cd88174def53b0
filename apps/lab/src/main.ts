import { CropsError } from '@passerby/crops'
import { LearnerError } from '@passerby/learner'
import { OperatorError } from '@passerby/operator'
import { ParticipantError } from '@passerby/participant'
import { Command } from 'commander'
import { benchCommand } from './commands/bench.ts'
import { compareCommand } from './commands/compare.ts'
import { demoCommand } from './commands/demo.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { extractCommand } from './commands/extract.ts'
import { modelCommand } from './commands/model.ts'
import { participateCommand } from './commands/participate.ts'
import { picturesCommand } from './commands/pictures.ts'
import { simulateCommand } from './commands/simulate.ts'
import { sweepCommand } from './commands/sweep.ts'
import { weightsCommand } from './commands/weights.ts'
import { LabError } from './errors.ts'

/** The command line of the lab. Expected failures are one sentence on standard error and exit code 1. */
const program = new Command('lab')
  .description('Person re-identification by federated learning: simulate, demonstrate, measure.')
  .showHelpAfterError('(add --help for the flags)')
  .addCommand(demoCommand())
  .addCommand(simulateCommand())
  .addCommand(sweepCommand())
  .addCommand(compareCommand())
  .addCommand(evaluateCommand())
  .addCommand(extractCommand())
  .addCommand(modelCommand())
  .addCommand(weightsCommand())
  .addCommand(picturesCommand())
  .addCommand(participateCommand())
  .addCommand(benchCommand())

const expected = [LabError, CropsError, LearnerError, OperatorError, ParticipantError]

try {
  await program.parseAsync()
} catch (error) {
  const known = expected.some((kind) => error instanceof kind)
  process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`)
  process.exitCode = 1
}
