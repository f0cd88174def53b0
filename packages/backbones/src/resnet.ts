import { IMAGES, type Backbone } from './backbone.ts'
import { embeddingOf } from './embedding.ts'
import { drawBackbone, type Graph } from './graph.ts'
import type { BackboneOptions } from './variants.ts'

/** ResNet-50 (He et al. 2016, table 1) with FedReID's embedding block: linear and batch norm, no ReLU; its dropout is a setting of training. */
export function resnet50(name: string, options: BackboneOptions): Backbone {
  return resnet(name, { blocks: [3, 4, 6, 3], block: bottleneck, expansion: 4 }, options)
}

/** ResNet-18 of the same table. FedSTIL's is `resnet18+stride1+bnneck`, except that it measures by the features before the batch norm. */
export function resnet18(name: string, options: BackboneOptions): Backbone {
  return resnet(name, { blocks: [2, 2, 2, 2], block: basicBlock, expansion: 1 }, options)
}

interface Residual {
  /** Blocks of each stage. */
  readonly blocks: readonly number[]
  readonly block: (graph: Graph, name: string, input: string, size: BlockSize) => string
  /** A block's output channels, as a multiple of those inside it. */
  readonly expansion: number
}

interface BlockSize {
  /** Channels inside the block. */
  readonly channels: number
  readonly stride: number
}

/** Channels inside the blocks of the first stage; each stage doubles them. */
const FIRST_CHANNELS = 64

/** Names and details as in torchvision: a bottleneck's stride is that of its 3×3. */
function resnet(name: string, { blocks, block, expansion }: Residual, options: BackboneOptions): Backbone {
  const draw = (graph: Graph) => {
    const stem = graph.conv('conv1', IMAGES, { channels: FIRST_CHANNELS, kernel: 7, stride: 2 })
    let x = graph.activate('relu', 'relu', graph.batchNorm('bn1', stem))
    x = graph.pool('maxPool', 'maxpool', { input: x, kernel: 3, stride: 2, padding: 1 })
    let from = FIRST_CHANNELS
    for (const [stage, count] of blocks.entries()) {
      const channels = FIRST_CHANNELS * 2 ** stage
      const to = channels * expansion
      for (let index = 0; index < count; index++) {
        const stride = index > 0 || stage === 0 ? 1 : stage === blocks.length - 1 ? options.lastStride : 2
        const path = `layer${stage + 1}.${index}`
        const residual = block(graph, path, x, { channels, stride })
        const shortcut = stride === 1 && from === to ? x : projection(graph, path, x, { channels: to, stride })
        x = graph.activate('relu', `${path}.relu`, graph.add(`${path}.add`, [residual, shortcut]))
        from = to
      }
    }
    embeddingOf(graph, x, options)
  }
  return drawBackbone(name, draw, 'he')
}

function bottleneck(graph: Graph, name: string, input: string, { channels, stride }: BlockSize): string {
  const reduced = graph.batchNorm(`${name}.bn1`, graph.conv(`${name}.conv1`, input, { channels }))
  const narrow = graph.activate('relu', `${name}.relu1`, reduced)
  const convolved = graph.conv(`${name}.conv2`, narrow, { channels, kernel: 3, stride })
  const middle = graph.activate('relu', `${name}.relu2`, graph.batchNorm(`${name}.bn2`, convolved))
  return graph.batchNorm(`${name}.bn3`, graph.conv(`${name}.conv3`, middle, { channels: 4 * channels }))
}

function basicBlock(graph: Graph, name: string, input: string, { channels, stride }: BlockSize): string {
  const first = graph.batchNorm(`${name}.bn1`, graph.conv(`${name}.conv1`, input, { channels, kernel: 3, stride }))
  const middle = graph.activate('relu', `${name}.relu1`, first)
  return graph.batchNorm(`${name}.bn2`, graph.conv(`${name}.conv2`, middle, { channels, kernel: 3 }))
}

/** The shortcut where a block changes the shape. */
function projection(graph: Graph, name: string, input: string, size: BlockSize): string {
  return graph.batchNorm(`${name}.downsample.1`, graph.conv(`${name}.downsample.0`, input, size))
}
