import {
  type Backbone,
  backboneByName,
  backboneNames,
  inferShapes,
  multiplyAdds,
  parametersOf,
} from '@passerby/backbones'
import { type Layout, layoutSize, publicImagesOf, strategyOf } from '@passerby/federation'
import { type FederationSettings, updateBytes } from '@passerby/protocol'

/** What a choice of backbone means for every client. */
export interface BackboneCost {
  readonly name: string
  /** Values that travel: weights and batch-norm statistics. */
  readonly parameters: number
  readonly bytesPerUpdate: number
}

/** A backbone's parameters as they travel. */
export function layoutOf(backbone: Backbone): Layout {
  return parametersOf(backbone).map(({ name, shape, role }) => ({ name, shape, role }))
}

export function backboneCosts(embedding: number): readonly BackboneCost[] {
  return backboneNames.map((name) => {
    const layout = layoutOf(backboneByName(name, embedding))
    return { name, parameters: layoutSize(layout), bytesPerUpdate: updateBytes(layout) }
  })
}

/** Multiply-adds of one image's forward pass, or why the network does not take images of that size. */
export function costPerImage(
  name: string,
  input: { readonly height: number; readonly width: number },
): { readonly multiplyAdds: number } | { readonly refused: string } {
  const backbone = backboneByName(name)
  try {
    inferShapes(backbone, input)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { refused: `${name} does not take images of ${input.height}×${input.width}: they are too small.` }
  }
  return { multiplyAdds: multiplyAdds(backbone, input) }
}

/** What a client sends beside its model, if it is in every round: over all of them, and in the one with most. */
export function extrasBytes({ strategy, rounds, local }: FederationSettings): {
  readonly inAll: number
  readonly most: number
} {
  const { extras } = strategyOf(strategy)
  const about = { embedding: local.embedding, publicImages: publicImagesOf(strategy) }
  let inAll = 0
  let most = 0
  if (!extras) return { inAll, most }
  for (let round = 1; round <= rounds; round++) {
    const bytes = 4 * layoutSize(extras({ ...about, round }, strategy))
    inAll += bytes
    most = Math.max(most, bytes)
  }
  return { inAll, most }
}
