/** The flags that say what a federation learns and how, the same for every command that starts one. */
import { strategies } from '@passerby/federation'
import { FederationSettings } from '@passerby/protocol'
import { type Command, Option } from 'commander'
import * as v from 'valibot'
import { LabError } from '../errors.ts'
import { type Size, number, size, whole } from './arguments.ts'
import { backboneOption, withEmbeddingWidth } from './backbone-argument.ts'
import { issueSentence } from './issue-sentence.ts'
import { type ChosenSettings, chosenSetting, strangers, strategiesWith, withChosen } from './setting.ts'

export interface LearningFlags {
  readonly backbone: string
  readonly embedding: number
  readonly size: Size
  readonly rounds: number
  readonly epochs: number
  readonly batch: number
  readonly rate: number
  readonly headRate?: number
  readonly weightDecay: number
  readonly smoothing: number
  readonly fraction: number
  readonly strategy: string
  readonly seed: number
  /** Settings that have no flag of their own, or win over it. */
  readonly set?: ChosenSettings
}

export interface LearningDefaults {
  readonly backbone: string
  readonly size: Size
  readonly rounds: number
  /** What the help says in place of a default that hangs on other flags. */
  readonly shown?: Partial<Record<'backbone' | 'embedding' | 'epochs' | 'batch', string>>
}

const titles = Object.entries(strategies)
  .map(([name, { title }]) => `${name} (${title})`)
  .join(', ')
/** The one that a federation has by default. */
const STRATEGY = v.parse(FederationSettings, { name: 'defaults' }).strategy.name

/** Adds the flags. Defaults are those of the PyTorch reference run; a command chooses only what is in `defaults`. */
export function addLearningOptions(command: Command, defaults: LearningDefaults): Command {
  const { shown = {} } = defaults
  return command
    .addOption(backboneOption('network to train').default(defaults.backbone, shown.backbone))
    .addOption(
      new Option('--embedding <n>', 'values in an embedding').argParser(whole(8, 4096)).default(512, shown.embedding),
    )
    .addOption(
      new Option('--size <HxW>', 'input size in pixels')
        .argParser(size)
        .default(defaults.size, `${defaults.size.height}x${defaults.size.width}`),
    )
    .option('--rounds <n>', 'rounds to play; rates fall to a tenth after 70 %', whole(1, 100_000), defaults.rounds)
    .addOption(new Option('--epochs <n>', 'local epochs per round').argParser(whole(1, 100)).default(1, shown.epochs))
    .addOption(new Option('--batch <n>', 'images per step, about').argParser(whole(2, 512)).default(32, shown.batch))
    .option('--rate <x>', 'learning rate', number(0, 10), 0.05)
    .option('--head-rate <x>', 'learning rate of the identity head (default: as --rate)', number(0, 10))
    .option('--weight-decay <x>', 'L2 factor', number(0, 1), 5e-4)
    .option('--smoothing <x>', 'label smoothing', number(0, 1), 0.1)
    .option('--fraction <x>', 'share of the clients drawn for a round', number(0.01, 1), 1)
    .addOption(
      new Option('--strategy <name>', `algorithm: ${titles}; set as in --set strategy.<field>=<value>`)
        .choices(Object.keys(strategies))
        .default(STRATEGY),
    )
    .option(
      '--set <path=value>',
      'any other setting, as in local.loss.triplet=1; may be repeated, and wins over its flag',
      chosenSetting,
    )
}

/** Where the learning rates fall, as a share of the rounds: round 28 of 40. */
const MILESTONE = 0.7
/** Padding before a random crop, as a share of the side: (4, 2) of 64×32. */
const PADDING = 1 / 16

/** What a command decides itself. */
export interface FederationFrame {
  readonly name: string
  /** Share of identities that clients keep back for their own measuring. */
  readonly validation: number
  readonly evaluateEvery: number
  readonly minClients: number
}

/**
 * The federation's settings: what was set wins over its flag, and what hangs on it (milestones, padding) goes by it. From here on a
 * command asks these for the seed, network and input size, not its flags. Throws `LabError` when they do not go together.
 */
export function federationSettings(flags: LearningFlags, federation: FederationFrame): FederationSettings {
  const chosen: ChosenSettings = flags.set ?? new Map()
  const height = chosenNumber(chosen, 'local.input.height') ?? flags.size.height
  const width = chosenNumber(chosen, 'local.input.width') ?? flags.size.width
  const milestone = Math.round(MILESTONE * (chosenNumber(chosen, 'rounds') ?? flags.rounds))
  const stepsDown = milestone >= 2 && chosen.get('local.schedule.kind') !== 'cosine'
  const settings = {
    name: federation.name,
    rounds: flags.rounds,
    seed: flags.seed,
    evaluateEvery: federation.evaluateEvery,
    strategy: { name: flags.strategy },
    cohort: { fraction: flags.fraction, minClients: federation.minClients },
    local: {
      backbone: flags.backbone,
      embedding: flags.embedding,
      input: flags.size,
      epochs: flags.epochs,
      batchSize: flags.batch,
      backboneRate: flags.rate,
      headRate: flags.headRate ?? flags.rate,
      schedule: { milestones: stepsDown ? [milestone] : [] },
      weightDecay: flags.weightDecay,
      labelSmoothing: flags.smoothing,
      pad: { height: Math.floor(height * PADDING), width: Math.floor(width * PADDING) },
      validation: federation.validation,
    },
  }
  const parsed = v.safeParse(FederationSettings, withChosen(settings, chosen))
  if (!parsed.success) throw new LabError('unusable', `These settings cannot be used: ${sentences(parsed.issues)}`)
  const [strange] = strangers(parsed.output, chosen)
  if (strange !== undefined)
    throw new LabError(
      'unusable',
      `${parsed.output.strategy.name} has no setting ${strange}: it is for --strategy ${strategiesWith(strange).join(' or ')}`,
    )
  return withEmbeddingWidth(parsed.output)
}

function chosenNumber(chosen: ChosenSettings, path: string): number | undefined {
  const value = chosen.get(path)
  return typeof value === 'number' ? value : undefined
}

/** What the schema says of every field that it refuses. */
function sentences(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues
    .map((issue) => `${v.getDotPath(issue) ?? 'settings'}: ${issueSentence(issue, FederationSettings)}`)
    .join(' ')
}
