/**
 * Keras' names and layout, as its MobileNetV1 has them: kernels HWIO as ours, `layer/kernel` and `layer/depthwise_kernel`,
 * `layer_bn/gamma`, `beta`, `moving_mean`, `moving_variance`. Its networks see pixels from −1 to 1; ours are normalised
 * by channel, so the first convolution takes the difference in: exact but for the zeros beyond the border.
 */
import { type Backbone, BATCH_NORM_EPSILON, DEVIATION, IMAGES, MEAN, parametersOf } from '@passerby/backbones'
import type { Tensor } from '../tensors.ts'
import type { Assignment } from './assignment.ts'
import type { WrongShape } from './misfits.ts'

/** Added to the variance in these networks' batch norms. */
const KERAS_EPSILON = 1e-3

const KERAS_NAMES: ReadonlyMap<string, string> = new Map([
  ['weight', 'gamma'],
  ['bias', 'beta'],
  ['running_mean', 'moving_mean'],
  ['running_var', 'moving_variance'],
])

export function byKerasName(backbone: Backbone, tensors: readonly Tensor[]): Assignment {
  const here = new Map(parametersOf(backbone).map(({ name, shape }) => [name, shape]))
  const held = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const values = new Map<string, Float32Array>()
  const shapes: WrongShape[] = []
  for (const [parameter, name] of kerasNames(backbone)) {
    const tensor = held.get(name)
    if (!tensor) continue
    held.delete(name)
    const expected = here.get(parameter) ?? []
    if (expected.join() !== tensor.shape.join()) shapes.push({ parameter, tensor: name, expected, found: tensor.shape })
    else values.set(parameter, parameter.endsWith('.running_var') ? withOurEpsilon(tensor.values) : tensor.values)
  }
  seeOurImages(backbone, values)
  return { values, shapes, unexpected: [...held.keys()] }
}

function kerasNames(backbone: Backbone): readonly (readonly [parameter: string, name: string])[] {
  return backbone.nodes.flatMap((node) => {
    if (node.op === 'conv') return [[`${node.parameters}.weight`, `${node.parameters}/kernel`] as const]
    if (node.op === 'depthwise') return [[`${node.parameters}.weight`, `${node.parameters}/depthwise_kernel`] as const]
    if (node.op !== 'batchNorm') return []
    return [...KERAS_NAMES].map(([part, name]) => [`${node.parameters}.${part}`, `${node.parameters}/${name}`] as const)
  })
}

/** The variance that with our epsilon gives the same deviation. */
function withOurEpsilon(values: Float32Array): Float32Array {
  return values.map((variance) => variance + (KERAS_EPSILON - BATCH_NORM_EPSILON))
}

/** With x = (v − mean)/deviation, v from 0 to 1: w·(2v − 1) = w·2·deviation·x + w·(2·mean − 1), the latter off the batch norm's mean. */
function seeOurImages(backbone: Backbone, values: Map<string, Float32Array>): void {
  for (const conv of backbone.nodes) {
    if (conv.op !== 'conv' || conv.input !== IMAGES) continue
    const norm = backbone.nodes.find((node) => node.op === 'batchNorm' && node.input === conv.name)
    const meanName = norm?.op === 'batchNorm' ? `${norm.parameters}.running_mean` : ''
    const [weight, mean] = [values.get(`${conv.parameters}.weight`), values.get(meanName)]
    if (!weight || !mean) continue
    const shift = new Float64Array(mean.length)
    const scaled = weight.map((value, index) => {
      const channel = Math.floor(index / conv.channels) % MEAN.length
      shift[index % conv.channels] += value * (2 * MEAN[channel] - 1)
      return value * 2 * DEVIATION[channel]
    })
    values.set(`${conv.parameters}.weight`, scaled)
    values.set(
      meanName,
      mean.map((value, channel) => value - shift[channel]),
    )
  }
}
