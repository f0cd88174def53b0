import { inputsOf, type Backbone, type Node } from './backbone.ts'
import { parametersOfNode, parameterSize } from './parameters.ts'
import { inferShapes, type ImageSize, type Shape } from './shapes.ts'

/** Multiply-adds of the convolutions, linear layers and gates' layers in one forward pass of one image. */
export function multiplyAdds(backbone: Backbone, images: ImageSize): number {
  return nodeCosts(backbone, images).reduce((sum, one) => sum + one.multiplyAdds, 0)
}

/** What one node is and takes, for one image. */
export interface NodeCost {
  readonly node: Node
  readonly output: Shape
  /** Values in the weights that it reads. */
  readonly weights: number
  /** Values in the running statistics that it reads. */
  readonly statistics: number
  /** Whether an earlier node reads the same parameters. */
  readonly shared: boolean
  readonly multiplyAdds: number
}

/** Every node's share, in graph order. Throws `RangeError` for what is no graph, and for images too small. */
export function nodeCosts(backbone: Backbone, images: ImageSize): readonly NodeCost[] {
  const shapes = inferShapes(backbone, images)
  const seen = new Set<string>()
  return backbone.nodes.flatMap((node) => {
    const output = shapes.get(node.name)
    const input = shapes.get(inputsOf(node).at(0) ?? '')
    if (!output || !input) return []
    const parameters = parametersOfNode(node, input.channels)
    const shared = parameters.some((one) => seen.has(one.name))
    for (const { name } of parameters) seen.add(name)
    const size = (role: 'weight' | 'statistic') =>
      parameters.reduce((sum, one) => sum + (one.role === role ? parameterSize(one) : 0), 0)
    const multiplyAdds = multiplyAddsOf(node, input, output)
    return [{ node, output, weights: size('weight'), statistics: size('statistic'), shared, multiplyAdds }]
  })
}

/** Multiply-adds of one node. */
export function multiplyAddsOf(node: Node, input: Shape, output: Shape): number {
  const outputs = output.height * output.width * output.channels
  switch (node.op) {
    case 'conv':
      return outputs * node.kernel * node.kernel * input.channels
    case 'depthwise':
      return outputs * node.kernel * node.kernel
    case 'linear':
      return outputs * input.channels
    case 'gate':
      return 2 * output.channels * node.hidden
    default:
      return 0
  }
}
