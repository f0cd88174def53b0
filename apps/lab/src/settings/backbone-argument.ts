import { backboneByName, backboneNames } from '@passerby/backbones'
import { InvalidArgumentError, Option } from 'commander'

/** `--backbone`: any network by its plain name, or with options. */
export function backboneOption(meaning: string): Option {
  const names = `${backboneNames.join(', ')}; with options as in resnet50+stride1+gem+bnneck`
  return new Option('--backbone <name>', `${meaning} (${names})`).argParser(backboneName)
}

/** The name of a backbone, plain or with options. Gives the one spelling; throws commander's `InvalidArgumentError`. */
export function backboneName(text: string): string {
  try {
    return backboneByName(text).name
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InvalidArgumentError(`${error.message.replace(/^\w+: /, '')}.`)
  }
}
