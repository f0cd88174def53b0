import { inputsOf, type Backbone, type Node } from './backbone.ts'
import { inferShapes, type ImageSize, type Shape } from './shapes.ts'

/** Multiply-adds of the convolutions, linear layers and gates' layers in one forward pass of one image. */
export function multiplyAdds(backbone: Backbone, images: ImageSize): number {
  const shapes = inferShapes(backbone, images)
  let total = 0
  for (const node of backbone.nodes) {
    const output = shapes.get(node.name)
    const input = shapes.get(inputsOf(node).at(0) ?? '')
    if (output && input) total += multiplyAddsOf(node, input, output)
  }
  return total
}

/** The same of one node. */
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
