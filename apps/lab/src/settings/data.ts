/** The flags that say on which data, and how it is dealt out to clients. */
import type { ClientSplit, SplitOptions } from '@passerby/crops'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { number, whole } from './arguments.ts'

/** `--data` value for generated people. */
export const SYNTHETIC = 'synthetic'
/** `--data` value for nine generated data sets of very unequal sizes. */
export const NINE = 'synthetic-nine'
/** A fiftieth of the published sizes: 1,550 training images. */
export const NINE_SCALE = 0.02

const SPLITS: Readonly<Record<string, ClientSplit>> = {
  'by-camera': 'by-camera',
  'by-identity': 'by-identity',
  'by-dataset': 'by-data-set',
  'by-directory': 'by-directory',
  none: 'none',
}

/** Which images. */
export interface SourceFlags {
  /** A folder of data sets or of one, `synthetic`, or `synthetic-nine`. */
  readonly data: string
  /** Identities and cameras of generated people. */
  readonly people: number
  readonly cameras: number
  /** Of the published sizes, for the nine. */
  readonly scale: number
  readonly seed: number
}

/** Which images, and who trains on which. */
export interface DataFlags extends SourceFlags {
  readonly split: ClientSplit
  readonly images?: number
  readonly share?: number
  readonly clients?: number
}

export type SourceDefaults = Pick<SourceFlags, 'people' | 'cameras'>

export interface DataDefaults extends SourceDefaults {
  readonly split: string
  readonly clients?: number
}

export function addSourceOptions(command: Command, defaults: SourceDefaults): Command {
  return command
    .option(
      '--data <folder>',
      `folder of data sets, '${SYNTHETIC}' for generated people, or '${NINE}' for nine sets of them`,
      SYNTHETIC,
    )
    .option('--people <n>', 'generated identities to train on', whole(2, 10_000), defaults.people)
    .option('--cameras <n>', 'cameras that see generated people', whole(2, 64), defaults.cameras)
    .option('--scale <x>', `sizes of '${NINE}' as a share of the published ones`, number(0.001, 1), NINE_SCALE)
    .option('--seed <n>', 'seed of everything that is drawn', whole(0, 0xffff_ffff), 1)
}

export function addDataOptions(command: Command, defaults: DataDefaults): Command {
  return addSourceOptions(command, defaults)
    .addOption(
      new Option('--split <how>', `what a client is: ${Object.keys(SPLITS).join(', ')} (all in one client)`)
        .argParser(splitNamed)
        .default(splitNamed(defaults.split), defaults.split),
    )
    .option('--images <n>', 'per client, whole identities until n images are reached', whole(1, 1e9))
    .option('--share <x>', "this share of every client's identities, instead of all", number(0.001, 1))
    .option('--clients <n>', 'at most this many clients', whole(1, 10_000), defaults.clients)
}

export function publicOption(): Option {
  return new Option(
    '--public <n>',
    'set aside so many training identities, or below 1 this share, for strategies that want images no client holds',
  ).argParser(number(0, 1e6))
}

/** The limits that were given, as `splitClients` takes them. */
export function splitOptions({
  images,
  share,
  clients,
}: {
  readonly images?: number | undefined
  readonly share?: number | undefined
  readonly clients?: number | undefined
}): SplitOptions {
  return {
    ...(images !== undefined && { images }),
    ...(share !== undefined && { share }),
    ...(clients !== undefined && { clients }),
  }
}

/** The split that `--split` and experiment files call so. Throws commander's `InvalidArgumentError` for other names. */
export function splitNamed(name: string): ClientSplit {
  const split = Object.hasOwn(SPLITS, name) ? SPLITS[name] : undefined
  if (split === undefined) throw new InvalidArgumentError(`One of ${Object.keys(SPLITS).join(', ')} is needed.`)
  return split
}
