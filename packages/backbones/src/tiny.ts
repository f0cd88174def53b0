import { IMAGES, type Backbone } from './backbone.ts'
import { convLayer, omniScaleBlock } from './blocks.ts'
import { rectifiedEmbeddingOf } from './embedding.ts'
import { drawBackbone } from './graph.ts'
import type { BackboneOptions } from './variants.ts'

/** OSNet in miniature, with every kind of node that OSNet has: for tests, and to try a setup within seconds. */
export function tiny(name: string, options: BackboneOptions): Backbone {
  return drawBackbone(name, (graph) => {
    let x = convLayer(graph, 'conv1', IMAGES, { channels: 8, kernel: 3, stride: 2 })
    x = graph.pool('maxPool', 'maxpool', { input: x, kernel: 3, stride: 2, padding: 1 })
    x = omniScaleBlock(graph, 'conv2.0', x, { from: 8, to: 16, middle: 8, streams: 2 })
    x = convLayer(graph, 'conv2.1.0', x, { channels: 16 })
    x = graph.pool('averagePool', 'conv2.1.1', { input: x, kernel: 2, stride: 2 })
    rectifiedEmbeddingOf(graph, x, options)
  })
}
