import type { Activation, Backbone, Conv, Gate, Node, Pool } from './backbone.ts'

/** Collects nodes in order; every method adds one node and returns its name, to be passed on as an input. */
export interface Graph {
  conv(name: string, input: string, options: ConvOptions): string
  depthwise(name: string, input: string, options: ConvOptions): string
  batchNorm(name: string, input: string): string
  linear(name: string, input: string, channels: number): string
  activate(op: Activation['op'], name: string, input: string): string
  pool(op: Pool['op'], name: string, options: PoolOptions): string
  globalAveragePool(name: string, input: string): string
  generalisedMeanPool(name: string, input: string): string
  add(name: string, inputs: readonly string[]): string
  gate(name: string, input: string, options: Pick<Gate, 'parameters' | 'hidden'>): string
}

/** Defaults: kernel 1, stride 1, padding that keeps the size at stride 1, no bias, parameters under the node's name. */
interface ConvOptions {
  readonly channels: number
  readonly kernel?: number
  readonly stride?: number
  readonly bias?: boolean
  readonly parameters?: string
}

interface PoolOptions {
  readonly input: string
  readonly kernel: number
  readonly stride: number
  readonly padding?: number
}

/** Makes a backbone from the nodes that `draw` adds; the last one is the embedding. */
export function drawBackbone(
  name: string,
  draw: (graph: Graph) => void,
  initialisation: Backbone['initialisation'] = 'uniform',
): Backbone {
  const nodes: Node[] = []
  const push = (node: Node): string => {
    nodes.push(node)
    return node.name
  }
  const convolve = (op: Conv['op']) => (name: string, input: string, options: ConvOptions) => {
    const { channels, kernel = 1, stride = 1, bias = false, parameters = name } = options
    return push({ op, name, parameters, input, channels, kernel, stride, padding: (kernel - 1) / 2, bias })
  }
  draw({
    conv: convolve('conv'),
    depthwise: convolve('depthwise'),
    batchNorm: (name, input) => push({ op: 'batchNorm', name, parameters: name, input }),
    linear: (name, input, channels) => push({ op: 'linear', name, parameters: name, input, channels }),
    activate: (op, name, input) => push({ op, name, input }),
    pool: (op, name, { input, kernel, stride, padding = 0 }) => push({ op, name, input, kernel, stride, padding }),
    globalAveragePool: (name, input) => push({ op: 'globalAveragePool', name, input }),
    generalisedMeanPool: (name, input) => push({ op: 'generalisedMeanPool', name, input }),
    add: (name, inputs) => push({ op: 'add', name, inputs }),
    gate: (name, input, { parameters, hidden }) => push({ op: 'gate', name, parameters, input, hidden }),
  })
  return { name, nodes, initialisation }
}
