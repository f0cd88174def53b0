import { drawBackbone, IMAGES, type Backbone, type Graph } from '@passerby/backbones'

/** Two residual blocks of dense 3×3 convolutions, the second of stride 2, in the manner of ResNet-18. */
export function residualBackbone(embedding: number): Backbone {
  return drawBackbone('residual', (graph) => {
    const stem = rectified(graph, 'stem', convolved(graph, 'stem', IMAGES, { channels: 8, stride: 2 }))
    const first = block(graph, 'first', stem, { channels: 8, stride: 1 })
    const second = block(graph, 'second', first, { channels: 12, stride: 2 })
    graph.linear('embedding', graph.globalAveragePool('means', second), embedding)
  })
}

interface Dense {
  readonly channels: number
  readonly stride: number
  readonly kernel?: number
}

function block(graph: Graph, name: string, input: string, { channels, stride }: Dense): string {
  const inner = rectified(graph, `${name}.1`, convolved(graph, `${name}.1`, input, { channels, stride }))
  const outer = convolved(graph, `${name}.2`, inner, { channels, stride: 1 })
  const shortcut = stride === 1 ? input : convolved(graph, `${name}.0`, input, { channels, stride, kernel: 1 })
  return rectified(graph, name, graph.add(`${name}.add`, [outer, shortcut]))
}

function convolved(graph: Graph, name: string, input: string, { kernel = 3, ...options }: Dense): string {
  return graph.batchNorm(`${name}.bn`, graph.conv(`${name}.conv`, input, { ...options, kernel }))
}

const rectified = (graph: Graph, name: string, input: string) => graph.activate('relu', `${name}.relu`, input)
