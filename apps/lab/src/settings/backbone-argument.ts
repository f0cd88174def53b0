import { backboneByName, backboneNames, embeddingSize } from '@passerby/backbones'
import { reasonOf } from '@passerby/crops'
import type { FederationSettings } from '@passerby/protocol'
import { InvalidArgumentError, Option } from 'commander'
import { LabError } from '../errors.ts'

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

/**
 * The settings with the width that embeddings really have: with `bnneck` that of the pooled features, whatever was asked for. Throws
 * `LabError` for an unknown backbone.
 */
export function withEmbeddingWidth(settings: FederationSettings): FederationSettings {
  const { backbone, embedding } = settings.local
  try {
    return { ...settings, local: { ...settings.local, embedding: embeddingSize(backboneByName(backbone, embedding)) } }
  } catch (cause) {
    throw new LabError('unusable', `There is no such network: ${reasonOf(cause)}`, cause)
  }
}
