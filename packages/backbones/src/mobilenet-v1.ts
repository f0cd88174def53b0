import { IMAGES, type Backbone } from './backbone.ts'
import { embeddingOf } from './embedding.ts'
import { drawBackbone, type Graph } from './graph.ts'
import type { BackboneOptions } from './variants.ts'

const STEM_CHANNELS = 32

/** Output channels and stride of every depthwise-separable block. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const

const LAST_STRIDED = BLOCKS.findLastIndex(([, stride]) => stride === 2)

/**
 * MobileNetV1 1.0 (Howard et al. 2017, table 1; ReLU6 as in its published code) with an embedding block like FedReID's. Layers are named
 * as in Keras: `conv1`, `conv1_bn`, `conv_dw_1` … `conv_pw_13_bn`. Keras pads a strided layer by one row below and one column to the right
 * and we on all four sides, so that the same values see an image moved by one pixel per such layer.
 */
export function mobilenetV1(name: string, options: BackboneOptions): Backbone {
  const draw = (graph: Graph) => {
    const stem = graph.conv('conv1', IMAGES, { channels: STEM_CHANNELS, kernel: 3, stride: 2 })
    let x = normalised(graph, stem)
    let from = STEM_CHANNELS
    for (const [index, [channels, usual]] of BLOCKS.entries()) {
      const stride = index === LAST_STRIDED ? options.lastStride : usual
      x = normalised(graph, graph.depthwise(`conv_dw_${index + 1}`, x, { channels: from, kernel: 3, stride }))
      x = normalised(graph, graph.conv(`conv_pw_${index + 1}`, x, { channels }))
      from = channels
    }
    embeddingOf(graph, x, options)
  }
  return drawBackbone(name, draw, 'he')
}

function normalised(graph: Graph, convolution: string): string {
  return graph.activate('relu6', `${convolution}_relu`, graph.batchNorm(`${convolution}_bn`, convolution))
}
