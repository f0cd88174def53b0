import { IMAGES, inputsOf, type Backbone, type Node } from './backbone.ts'

/** One image's output of one node. */
export interface Shape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Input size in pixels. */
export interface ImageSize {
  readonly height: number
  readonly width: number
}

/**
 * The output shape of every node, and of `IMAGES`, by name and in graph order. Throws `RangeError` when the graph is
 * not one: a name used twice, an input that no earlier node gives, shapes that do not fit, or images too small.
 */
export function inferShapes(backbone: Backbone, images: ImageSize): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[IMAGES, { height: images.height, width: images.width, channels: 3 }]])
  for (const node of backbone.nodes) {
    if (shapes.has(node.name)) throw new RangeError(`inferShapes: two nodes are named '${node.name}'`)
    const inputs = inputsOf(node).map((name) => {
      const shape = shapes.get(name)
      if (!shape) throw new RangeError(`inferShapes: '${node.name}' reads '${name}' before there is one`)
      return shape
    })
    shapes.set(node.name, outputShape(node, inputs))
  }
  return shapes
}

/** The number of values in the embedding of one image. */
export function embeddingSize(backbone: Backbone): number {
  const channels = channelsOf(backbone)
  return channels.get(backbone.nodes.at(-1)?.name ?? IMAGES) ?? 0
}

/** The output channels of every node: independent of the size of the images. */
export function channelsOf(backbone: Backbone): ReadonlyMap<string, number> {
  const channels = new Map([[IMAGES, 3]])
  for (const node of backbone.nodes) {
    const [first = IMAGES] = inputsOf(node)
    channels.set(node.name, 'channels' in node ? node.channels : (channels.get(first) ?? 0))
  }
  return channels
}

function outputShape(node: Node, inputs: readonly Shape[]): Shape {
  const [input, ...others] = inputs
  if (!input) throw new RangeError(`inferShapes: '${node.name}' reads nothing`)
  const refuse = (why: string) => new RangeError(`inferShapes: '${node.name}' ${why}`)
  switch (node.op) {
    case 'conv':
      return { ...slide(node, input), channels: node.channels }
    case 'depthwise':
      if (node.channels !== input.channels)
        throw refuse(`has ${node.channels} channels on an input of ${input.channels}`)
      return slide(node, input)
    case 'maxPool':
    case 'averagePool':
      return slide(node, input)
    case 'globalAveragePool':
    case 'generalisedMeanPool':
      return { height: 1, width: 1, channels: input.channels }
    case 'linear':
      if (input.height * input.width !== 1) throw refuse('needs a vector')
      return { ...input, channels: node.channels }
    case 'add':
      if (!others.every((other) => sameShape(other, input))) throw refuse('adds different shapes')
      return input
    case 'batchNorm':
    case 'relu':
    case 'relu6':
    case 'gate':
      return input
  }
}

/** Output size of a sliding window, rounded down as PyTorch does: ⌊(size + 2·padding − kernel)/stride⌋ + 1. */
function slide(window: Node & { kernel: number; stride: number; padding: number }, input: Shape): Shape {
  const length = (size: number) => Math.floor((size + 2 * window.padding - window.kernel) / window.stride) + 1
  const shape = { height: length(input.height), width: length(input.width), channels: input.channels }
  if (Math.min(shape.height, shape.width) < 1) {
    throw new RangeError(`inferShapes: '${window.name}' does not fit into ${input.height}×${input.width}`)
  }
  return shape
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels
}
