import { IMAGES, type Backbone } from './backbone.ts'
import { convLayer, omniScaleBlock } from './blocks.ts'
import { rectifiedEmbeddingOf } from './embedding.ts'
import { drawBackbone } from './graph.ts'
import type { BackboneOptions } from './variants.ts'

/** Channels of the stem and of the three stages of OSNet x1.0. */
const CHANNELS = [64, 256, 384, 512] as const
const BLOCKS_PER_STAGE = 2
const BOTTLENECK_REDUCTION = 4

/**
 * OSNet (Zhou et al., ICCV 2019, table 1), every channel count times `multiplier`; names and details as in torchreid.
 * Its classifier is not part of it.
 */
export function osnet(multiplier: number): (name: string, options: BackboneOptions) => Backbone {
  const [stem, ...stages] = CHANNELS.map((channels) => channels * multiplier)
  if (!stem) throw new RangeError(`osnet: the multiplier ${multiplier} leaves no channel`)
  return (name, options) =>
    drawBackbone(name, (graph) => {
      let x = convLayer(graph, 'conv1', IMAGES, { channels: stem, kernel: 7, stride: 2 })
      x = graph.pool('maxPool', 'maxpool', { input: x, kernel: 3, stride: 2, padding: 1 })
      let from = stem
      stages.forEach((to, index) => {
        const stage = `conv${index + 2}`
        for (let block = 0; block < BLOCKS_PER_STAGE; block++) {
          x = omniScaleBlock(graph, `${stage}.${block}`, x, { from, to, middle: to / BOTTLENECK_REDUCTION, streams: 4 })
          from = to
        }
        if (index === stages.length - 1) return
        const transition = `${stage}.${BLOCKS_PER_STAGE}`
        x = convLayer(graph, `${transition}.0`, x, { channels: to })
        x = graph.pool('averagePool', `${transition}.1`, { input: x, kernel: 2, stride: 2 })
      })
      x = convLayer(graph, 'conv5', x, { channels: from })
      rectifiedEmbeddingOf(graph, x, options)
    })
}
