import type { Graph } from './graph.ts'

type ConvOptions = Parameters<Graph['conv']>[2]

/** Convolution, batch norm, ReLU: torchreid's `ConvLayer` and `Conv1x1`. */
export function convLayer(graph: Graph, name: string, input: string, options: ConvOptions): string {
  return graph.activate('relu', `${name}.relu`, linearConvLayer(graph, name, input, options))
}

/** Convolution and batch norm without an activation: torchreid's `Conv1x1Linear`. */
export function linearConvLayer(graph: Graph, name: string, input: string, options: ConvOptions): string {
  return graph.batchNorm(`${name}.bn`, graph.conv(`${name}.conv`, input, options))
}

/** Pointwise, then depthwise 3×3, batch norm, ReLU: `LightConv3x3`. */
function lightConv(graph: Graph, name: string, input: string, channels: number): string {
  const pointwise = graph.conv(`${name}.conv1`, input, { channels })
  const depthwise = graph.depthwise(`${name}.conv2`, pointwise, { channels, kernel: 3 })
  return graph.activate('relu', `${name}.relu`, graph.batchNorm(`${name}.bn`, depthwise))
}

interface OmniScale {
  readonly from: number
  readonly to: number
  /** Channels inside the block. */
  readonly middle: number
  /** Stream s (from 1) has s light convolutions. */
  readonly streams: 1 | 2 | 3 | 4
}

/** Residual omni-scale block: streams of growing receptive field, mixed by one channel gate that all of them share. */
export function omniScaleBlock(graph: Graph, name: string, input: string, scale: OmniScale): string {
  const { from, to, middle, streams } = scale
  const reduced = convLayer(graph, `${name}.conv1`, input, { channels: middle })
  const gated = ['a', 'b', 'c', 'd'].slice(0, streams).map((letter, s) => {
    const stream = `${name}.conv2${letter}`
    let x = reduced
    for (let light = 0; light <= s; light++) x = lightConv(graph, s === 0 ? stream : `${stream}.${light}`, x, middle)
    return channelGate(graph, { name: `${stream}.gate`, parameters: `${name}.gate`, input: x, channels: middle })
  })
  const mixed = streams === 1 ? gated.join('') : graph.add(`${name}.mix`, gated)
  const expanded = linearConvLayer(graph, `${name}.conv3`, mixed, { channels: to })
  const shortcut = from === to ? input : linearConvLayer(graph, `${name}.downsample`, input, { channels: to })
  return graph.activate('relu', `${name}.relu`, graph.add(`${name}.add`, [expanded, shortcut]))
}

/** A gate's bottleneck has its input's channels divided by this (OSNet, section 3.2). */
const GATE_REDUCTION = 16

interface ChannelGate {
  readonly name: string
  /** Where the parameters are shared. */
  readonly parameters: string
  readonly input: string
  readonly channels: number
}

/** Each channel times a factor in (0, 1) computed from all channels' means: `ChannelGate`. */
function channelGate(graph: Graph, { name, parameters, input, channels }: ChannelGate): string {
  const hidden = Math.max(1, Math.floor(channels / GATE_REDUCTION))
  const means = graph.globalAveragePool(`${name}.pool`, input)
  const fc1 = graph.conv(`${name}.fc1`, means, { channels: hidden, bias: true, parameters: `${parameters}.fc1` })
  const relu = graph.activate('relu', `${name}.relu`, fc1)
  const fc2 = graph.conv(`${name}.fc2`, relu, { channels, bias: true, parameters: `${parameters}.fc2` })
  return graph.gate(name, input, graph.activate('sigmoid', `${name}.sigmoid`, fc2))
}

/** Mean over space, then linear, batch norm, ReLU: torchreid's `fc`. */
export function embeddingLayer(graph: Graph, input: string, size: number): string {
  const means = graph.globalAveragePool('global_avgpool', input)
  return graph.activate('relu', 'fc.2', graph.batchNorm('fc.1', graph.linear('fc.0', means, size)))
}
