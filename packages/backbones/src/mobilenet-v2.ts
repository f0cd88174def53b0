import { IMAGES, type Backbone } from './backbone.ts'
import { embeddingOf } from './embedding.ts'
import { drawBackbone, type Graph } from './graph.ts'
import type { BackboneOptions } from './variants.ts'

const STEM_CHANNELS = 32
const LAST_CHANNELS = 1280

/** Of each stage: expansion, output channels, blocks, stride of the first (Sandler et al. 2018, table 2). */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

const LAST_STRIDED = STAGES.findLastIndex(([, , , stride]) => stride === 2)

/** MobileNetV2 1.0 with an embedding block like FedReID's; names and details as in torchvision. */
export function mobilenetV2(name: string, options: BackboneOptions): Backbone {
  const draw = (graph: Graph) => {
    const stem = graph.conv('features.0.0', IMAGES, { channels: STEM_CHANNELS, kernel: 3, stride: 2 })
    let x = normalised(graph, 'features.0', stem)
    let from = STEM_CHANNELS
    let feature = 1
    for (const [stage, [expansion, to, count, usual]] of STAGES.entries()) {
      for (let block = 0; block < count; block++) {
        const stride = block > 0 ? 1 : stage === LAST_STRIDED ? options.lastStride : usual
        x = invertedResidual(graph, `features.${feature++}`, x, { from, to, expansion, stride })
        from = to
      }
    }
    const last = `features.${feature}`
    x = normalised(graph, last, graph.conv(`${last}.0`, x, { channels: LAST_CHANNELS }))
    embeddingOf(graph, x, options)
  }
  return drawBackbone(name, draw, 'he')
}

interface Inverted {
  readonly from: number
  readonly to: number
  readonly expansion: number
  readonly stride: number
}

/** Wide by a pointwise convolution, a depthwise one, narrow again without an activation; a shortcut where the shape stays. */
function invertedResidual(
  graph: Graph,
  name: string,
  input: string,
  { from, to, expansion, stride }: Inverted,
): string {
  const channels = from * expansion
  const conv = `${name}.conv`
  let x = input
  let layer = 0
  if (expansion > 1) x = normalised(graph, `${conv}.${layer}`, graph.conv(`${conv}.${layer++}.0`, x, { channels }))
  const depthwise = graph.depthwise(`${conv}.${layer}.0`, x, { channels, kernel: 3, stride })
  x = normalised(graph, `${conv}.${layer++}`, depthwise)
  const narrow = graph.conv(`${conv}.${layer}`, x, { channels: to })
  const output = graph.batchNorm(`${conv}.${layer + 1}`, narrow)
  return stride === 1 && from === to ? graph.add(`${name}.add`, [input, output]) : output
}

/** Batch norm and ReLU6 under torchvision's numbers in `Conv2dNormActivation`. */
function normalised(graph: Graph, name: string, convolution: string): string {
  return graph.activate('relu6', `${name}.2`, graph.batchNorm(`${name}.1`, convolution))
}
