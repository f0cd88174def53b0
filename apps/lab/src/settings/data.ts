/** The flags that say on which data, and how it is dealt out to clients. */
import type { ClientSplit, SplitOptions } from '@passerby/crops'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { whole } from './arguments.ts'

/** `--data` value for generated people. */
export const SYNTHETIC = 'synthetic'

const SPLITS: Readonly<Record<string, ClientSplit>> = {
  'by-camera': 'by-camera',
  'by-identity': 'by-identity',
  'by-dataset': 'by-data-set',
  'by-directory': 'by-directory',
  none: 'none',
}

/** Which images. */
export interface SourceFlags {
  /** A folder of data sets or of one, or `synthetic`. */
  readonly data: string
  /** Identities and cameras of generated people. */
  readonly people: number
  readonly cameras: number
  readonly seed: number
}

/** Which images, and who trains on which. */
export interface DataFlags extends SourceFlags {
  readonly split: ClientSplit
  readonly images?: number
  readonly clients?: number
}

export type SourceDefaults = Pick<SourceFlags, 'people' | 'cameras'>

export interface DataDefaults extends SourceDefaults {
  readonly split: string
  readonly clients?: number
}

export function addSourceOptions(command: Command, defaults: SourceDefaults): Command {
  return command
    .option('--data <folder>', `folder of data sets, or '${SYNTHETIC}' for generated people`, SYNTHETIC)
    .option('--people <n>', 'generated identities to train on', whole(2, 10_000), defaults.people)
    .option('--cameras <n>', 'cameras that see generated people', whole(2, 64), defaults.cameras)
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
    .option('--clients <n>', 'at most this many clients', whole(1, 10_000), defaults.clients)
}

/** The limits that were given, as `splitClients` takes them. */
export function splitOptions({ images, clients }: DataFlags): SplitOptions {
  return { ...(images !== undefined && { images }), ...(clients !== undefined && { clients }) }
}

/** The split that `--split` and experiment files call so. Throws commander's `InvalidArgumentError` for other names. */
export function splitNamed(name: string): ClientSplit {
  const split = Object.hasOwn(SPLITS, name) ? SPLITS[name] : undefined
  if (split === undefined) throw new InvalidArgumentError(`One of ${Object.keys(SPLITS).join(', ')} is needed.`)
  return split
}
