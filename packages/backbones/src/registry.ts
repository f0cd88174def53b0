import type { Backbone } from './backbone.ts'
import { osnet } from './osnet.ts'
import { tiny } from './tiny.ts'

/** Width of the embedding where a federation does not say otherwise: OSNet's. */
export const DEFAULT_EMBEDDING = 512

const makers: ReadonlyMap<string, (name: string, embedding: number) => Backbone> = new Map([
  ['tiny', tiny],
  ['osnet_x0_25', (name, embedding) => osnet(name, 0.25, embedding)],
  ['osnet_x0_5', (name, embedding) => osnet(name, 0.5, embedding)],
  ['osnet_x0_75', (name, embedding) => osnet(name, 0.75, embedding)],
  ['osnet_x1_0', (name, embedding) => osnet(name, 1, embedding)],
])

/** Every backbone's name, smallest first. */
export const backboneNames: readonly string[] = [...makers.keys()]

/** The backbone of a name with embeddings of that many values. Throws `RangeError` for an unknown name. */
export function backboneByName(name: string, embedding: number = DEFAULT_EMBEDDING): Backbone {
  const make = makers.get(name)
  if (!make) throw new RangeError(`backboneByName: no backbone '${name}'; there are ${backboneNames.join(', ')}`)
  return make(name, embedding)
}
