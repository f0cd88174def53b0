import { IMAGES, inputsOf } from '@passerby/backbones'
import type { Backbone, BatchNorm, Node } from '@passerby/backbones'
import { tf } from '../tf.ts'
import { gated, generalisedMeans, spatialMeans } from './spatial.ts'

export interface GraphInputs {
  readonly images: tf.Tensor4D
  /** Weights by name, flat. */
  readonly values: ReadonlyMap<string, tf.Tensor1D>
  /** Training and evaluation differ in nothing but this. */
  readonly normalise: <T extends tf.Tensor>(node: BatchNorm, x: T) => T
}

/** The last node's output, `[batch, channels]`: every node by plain TensorFlow.js operations, on whatever tape there is. */
export function runGraph(backbone: Backbone, inputs: GraphInputs): tf.Tensor2D {
  const last = lastOutput(backbone, inputs.images, (node, operands) => runNode(node, operands, inputs))
  return last.as2D(last.shape[0], last.size / last.shape[0])
}

/** The last node's output, when every node is run on the outputs of those that it reads. */
export function lastOutput(
  backbone: Backbone,
  images: tf.Tensor4D,
  run: (node: Node, operands: readonly tf.Tensor4D[]) => tf.Tensor4D,
): tf.Tensor4D {
  const outputs = new Map([[IMAGES, images]])
  let last = images
  for (const node of backbone.nodes) {
    const operands = inputsOf(node).map((name) => {
      const operand = outputs.get(name)
      if (!operand) throw new RangeError(`lastOutput: '${node.name}' reads '${name}' before there is one`)
      return operand
    })
    last = run(node, operands)
    outputs.set(node.name, last)
  }
  return last
}

function runNode(node: Node, operands: readonly tf.Tensor4D[], { values, normalise }: GraphInputs): tf.Tensor4D {
  const [x] = operands
  const parameter = (of: { parameters: string }, name: 'weight' | 'bias') => {
    const value = values.get(`${of.parameters}.${name}`)
    if (!value) throw new RangeError(`runGraph: no parameter '${of.parameters}.${name}'`)
    return value
  }
  switch (node.op) {
    case 'conv': {
      const weight = parameter(node, 'weight')
      const linear = node.kernel === 1 && node.stride === 1
      const kernel: [number, number, number, number] = [node.kernel, node.kernel, x.shape[3], node.channels]
      const y = linear
        ? pointwise(x, weight, node.channels)
        : tf.conv2d(x, weight.as4D(...kernel), node.stride, node.padding)
      return node.bias ? tf.add(y, parameter(node, 'bias')) : y
    }
    case 'depthwise': {
      const kernel: [number, number, number, number] = [node.kernel, node.kernel, node.channels, 1]
      const y = tf.depthwiseConv2d(x, parameter(node, 'weight').as4D(...kernel), node.stride, node.padding)
      return node.bias ? tf.add(y, parameter(node, 'bias')) : y
    }
    case 'linear':
      return tf.add(pointwise(x, parameter(node, 'weight'), node.channels), parameter(node, 'bias'))
    case 'batchNorm':
      return normalise(node, x)
    case 'relu':
      return tf.relu(x)
    case 'relu6':
      return tf.relu6(x)
    case 'maxPool':
      return tf.maxPool(x, node.kernel, node.stride, node.padding)
    case 'averagePool':
      return tf.avgPool(x, node.kernel, node.stride, node.padding)
    case 'globalAveragePool':
      return spatialMeans(x)
    case 'generalisedMeanPool':
      return generalisedMeans(x)
    case 'add':
      return tf.addN([...operands])
    case 'gate': {
      const layer = (name: string, inputs: tf.Tensor4D, channels: number): tf.Tensor4D => {
        const of = { parameters: `${node.parameters}.${name}` }
        return tf.add(pointwise(inputs, parameter(of, 'weight'), channels), parameter(of, 'bias'))
      }
      const hidden = layer('fc1', spatialMeans(x), node.hidden)
      return gated(x, tf.sigmoid(layer('fc2', tf.relu(hidden), x.shape[3])))
    }
  }
}

/** A 1×1 convolution as a matrix product, whose gradients are matrix products too. */
function pointwise(x: tf.Tensor4D, weight: tf.Tensor1D, channels: number): tf.Tensor4D {
  const [batch, height, width, inputs] = x.shape
  return tf
    .matMul(x.as2D(batch * height * width, inputs), weight.as2D(inputs, channels))
    .as4D(batch, height, width, channels)
}
