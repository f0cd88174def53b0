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

/** A gate's bottleneck has its input's channels divided by this (OSNet, section 3.2). */
const GATE_REDUCTION = 16

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
  const hidden = Math.max(1, Math.floor(middle / GATE_REDUCTION))
  const gated = ['a', 'b', 'c', 'd'].slice(0, streams).map((letter, s) => {
    const stream = `${name}.conv2${letter}`
    let x = reduced
    for (let light = 0; light <= s; light++) x = lightConv(graph, s === 0 ? stream : `${stream}.${light}`, x, middle)
    return graph.gate(`${stream}.gate`, x, { parameters: `${name}.gate`, hidden })
  })
  const mixed = streams === 1 ? gated.join('') : graph.add(`${name}.mix`, gated)
  const expanded = linearConvLayer(graph, `${name}.conv3`, mixed, { channels: to })
  const shortcut = from === to ? input : linearConvLayer(graph, `${name}.downsample`, input, { channels: to })
  return graph.activate('relu', `${name}.relu`, graph.add(`${name}.add`, [expanded, shortcut]))
}
