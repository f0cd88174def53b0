import { inputsOf, type Backbone, type BatchNorm, type Node } from './backbone.ts'
import { channelsOf } from './shapes.ts'

/** Structurally a `ParamSpec` of federation whose parameters all travel. */
export interface Parameter {
  /** The name in torchreid or torchvision, e.g. `conv2.0.conv1.bn.running_mean`. */
  readonly name: string
  /**
   * Convolution `[kernel, kernel, input, output]`, depthwise `[kernel, kernel, channels, 1]`, linear `[input, output]`, a gate's layers 1×1 convolutions,
   * the rest `[channels]`: TensorFlow's HWIO, where PyTorch has OIHW, `[channels, 1, kernel, kernel]`, `[output, input]`.
   */
  readonly shape: readonly number[]
  readonly role: 'weight' | 'statistic'
  /** Inputs that meet in one output value, the `fan_in` of initialisation; 0 for batch norm's parameters. */
  readonly fanIn: number
  /**
   * Output values that one input value takes part in at stride 1, the `fan_out`; 0 for batch norm's parameters. Of depthwise
   * filters the kernel's area, where PyTorch counts it once for each channel.
   */
  readonly fanOut: number
}

/**
 * The parameters of a backbone in the order in which they lie in the flat buffer: all weights in graph order, then all
 * statistics in graph order, so that an optimiser's pass is one slice and a statistics update another.
 */
export function parametersOf(backbone: Backbone): readonly Parameter[] {
  const channels = channelsOf(backbone)
  const byName = new Map<string, Parameter>()
  for (const node of backbone.nodes) {
    const [first = ''] = inputsOf(node)
    for (const parameter of parametersOfNode(node, channels.get(first) ?? 0)) {
      const shared = byName.get(parameter.name)
      if (shared && shared.shape.join() !== parameter.shape.join()) {
        throw new RangeError(`parametersOf: '${node.name}' shares '${parameter.name}' with another shape`)
      }
      byName.set(parameter.name, parameter)
    }
  }
  const all = [...byName.values()]
  return [...all.filter((one) => one.role === 'weight'), ...all.filter((one) => one.role === 'statistic')]
}

/** How many values a backbone has of each role. */
export function countParameters(backbone: Backbone): { readonly weight: number; readonly statistic: number } {
  const counts = { weight: 0, statistic: 0 }
  for (const parameter of parametersOf(backbone)) counts[parameter.role] += parameterSize(parameter)
  return counts
}

/** Number of values of one parameter. */
export function parameterSize(parameter: Pick<Parameter, 'shape'>): number {
  return parameter.shape.reduce((size, dimension) => size * dimension, 1)
}

/** The parameters that one node reads, its own or shared with others. */
export function parametersOfNode(node: Node, inputChannels: number): readonly Parameter[] {
  switch (node.op) {
    case 'conv': {
      const area = node.kernel * node.kernel
      const fans = { fanIn: area * inputChannels, fanOut: area * node.channels }
      return weights(node, [node.kernel, node.kernel, inputChannels, node.channels], fans)
    }
    case 'depthwise': {
      const area = node.kernel * node.kernel
      return weights(node, [node.kernel, node.kernel, node.channels, 1], { fanIn: area, fanOut: area })
    }
    case 'linear': {
      const fans = { fanIn: inputChannels, fanOut: node.channels }
      return weights({ ...node, bias: true }, [inputChannels, node.channels], fans)
    }
    case 'batchNorm': {
      const vector = { shape: [inputChannels], fanIn: 0, fanOut: 0 }
      const [gamma, beta, mean, variance] = batchNormNames(node)
      return [
        { ...vector, name: gamma, role: 'weight' },
        { ...vector, name: beta, role: 'weight' },
        { ...vector, name: mean, role: 'statistic' },
        { ...vector, name: variance, role: 'statistic' },
      ]
    }
    case 'gate': {
      const layer = (name: string, inputs: number, channels: number) =>
        weights({ parameters: `${node.parameters}.${name}`, channels, bias: true }, [1, 1, inputs, channels], {
          fanIn: inputs,
          fanOut: channels,
        })
      return [...layer('fc1', inputChannels, node.hidden), ...layer('fc2', node.hidden, inputChannels)]
    }
    case 'relu':
    case 'relu6':
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'generalisedMeanPool':
    case 'add':
      return []
  }
}

/** The names of a batch norm's gamma, beta, running mean and running variance. */
export function batchNormNames({
  parameters,
}: Pick<BatchNorm, 'parameters'>): readonly [gamma: string, beta: string, mean: string, variance: string] {
  return [`${parameters}.weight`, `${parameters}.bias`, `${parameters}.running_mean`, `${parameters}.running_var`]
}

function weights(
  node: { parameters: string; channels: number; bias: boolean },
  shape: readonly number[],
  fans: Pick<Parameter, 'fanIn' | 'fanOut'>,
): readonly Parameter[] {
  const weight = { name: `${node.parameters}.weight`, shape, role: 'weight', ...fans } as const
  const bias = { name: `${node.parameters}.bias`, shape: [node.channels], role: 'weight', ...fans } as const
  return node.bias ? [weight, bias] : [weight]
}
