import { inputsOf, type Backbone } from './backbone.ts'
import { inferShapes, type ImageSize } from './shapes.ts'

/** Multiply-adds of the convolutions, linear layers and gates' layers in one forward pass of one image. */
export function multiplyAdds(backbone: Backbone, images: ImageSize): number {
  const shapes = inferShapes(backbone, images)
  let total = 0
  for (const node of backbone.nodes) {
    const output = shapes.get(node.name)
    const input = shapes.get(inputsOf(node).at(0) ?? '')
    if (!output || !input) continue
    const outputs = output.height * output.width * output.channels
    if (node.op === 'conv') total += outputs * node.kernel * node.kernel * input.channels
    if (node.op === 'depthwise') total += outputs * node.kernel * node.kernel
    if (node.op === 'gate') total += 2 * output.channels * node.hidden
    if (node.op === 'linear') total += outputs * input.channels
  }
  return total
}
