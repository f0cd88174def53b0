import type { Backbone } from './backbone.ts'
import { mobilenetV1 } from './mobilenet-v1.ts'
import { mobilenetV2 } from './mobilenet-v2.ts'
import { osnet } from './osnet.ts'
import { resnet18, resnet50 } from './resnet.ts'
import { tiny } from './tiny.ts'
import {
  BACKBONE_OPTIONS,
  backboneOptions,
  formatBackboneName,
  parseBackboneName,
  type BackboneOption,
  type BackboneOptions,
} from './variants.ts'

/** Width of the embedding where a federation does not say otherwise: OSNet's and FedReID's. */
export const DEFAULT_EMBEDDING = 512

interface Entry {
  readonly make: (name: string, options: BackboneOptions) => Backbone
  readonly options: readonly BackboneOption[]
}

/** OSNet's maps are halved by pools between the stages, so that there is no last stride to change. */
const POOLED: readonly BackboneOption[] = ['gem', 'bnneck']

const entries: ReadonlyMap<string, Entry> = new Map([
  ['tiny', { make: tiny, options: POOLED }],
  ['osnet_x0_25', { make: osnet(0.25), options: POOLED }],
  ['osnet_x0_5', { make: osnet(0.5), options: POOLED }],
  ['osnet_x0_75', { make: osnet(0.75), options: POOLED }],
  ['osnet_x1_0', { make: osnet(1), options: POOLED }],
  ['mobilenet_v2', { make: mobilenetV2, options: BACKBONE_OPTIONS }],
  ['mobilenet_v1', { make: mobilenetV1, options: BACKBONE_OPTIONS }],
  ['resnet18', { make: resnet18, options: BACKBONE_OPTIONS }],
  ['resnet50', { make: resnet50, options: BACKBONE_OPTIONS }],
])

/** Every backbone's plain name, smallest first. */
export const backboneNames: readonly string[] = [...entries.keys()]

/** The options that a backbone's plain name may be followed by. Throws `RangeError` for an unknown name. */
export function backboneOptionsOf(base: string): readonly BackboneOption[] {
  return entryOf(base).options
}

/**
 * The backbone of a name, plain or with options (`resnet50+stride1+gem`), with embeddings of that many values; with
 * `bnneck` they are as many as the pooled channels. Throws `RangeError` for an unknown name and for an option that the
 * backbone has not.
 */
export function backboneByName(name: string, embedding: number = DEFAULT_EMBEDDING): Backbone {
  const { base, options } = parseBackboneName(name)
  const entry = entryOf(base)
  for (const option of options) {
    if (!entry.options.includes(option))
      throw new RangeError(`backboneByName: '${base}' takes ${entry.options.join(', ')}, not '${option}'`)
  }
  return entry.make(formatBackboneName({ base, options }), backboneOptions(options, embedding))
}

/** Whether there is a backbone of that name. */
export function isBackboneName(name: string): boolean {
  try {
    return backboneByName(name).nodes.length > 0
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function entryOf(base: string): Entry {
  const entry = entries.get(base)
  if (!entry) throw new RangeError(`backboneByName: no backbone '${base}'; there are ${backboneNames.join(', ')}`)
  return entry
}
