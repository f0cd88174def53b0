/** A backbone as ONNX operators of opset 17, its activations NCHW. */
import {
  type Backbone,
  BATCH_NORM_EPSILON,
  batchNormNames,
  type Conv,
  type Gate,
  GENERALISED_MEAN_FLOOR,
  GENERALISED_MEAN_POWER,
  inputsOf,
  type Node,
  type Pool,
} from '@passerby/backbones'

/** A number is an integer attribute; floating-point ones say so. */
export type DrawnAttribute = number | readonly number[] | { readonly float: number }

export interface DrawnNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, DrawnAttribute>>
}

export interface Drawing {
  readonly nodes: readonly DrawnNode[]
  /** Scalars that nodes read beside parameters. */
  readonly constants: ReadonlyMap<string, number>
}

/** The nodes read parameters by their names here, and the last one gives `output`. */
export function drawOnnx(backbone: Backbone, output: string): Drawing {
  const nodes: DrawnNode[] = []
  const constants = new Map<string, number>()
  const last = backbone.nodes.at(-1)?.name
  const place: Pencil = {
    draw(op, inputs, name, attributes = {}) {
      nodes.push({ op, inputs, output: name === last ? output : name, attributes })
      return name
    },
    constant(name, value) {
      constants.set(name, value)
      return name
    },
  }
  for (const node of backbone.nodes) drawNode(node, place)
  return { nodes, constants }
}

interface Pencil {
  /** Adds a node and returns the name of its output. */
  draw(op: string, inputs: readonly string[], name: string, attributes?: DrawnNode['attributes']): string
  constant(name: string, value: number): string
}

function drawNode(node: Node, pencil: Pencil): void {
  const { name } = node
  const inputs = inputsOf(node)
  const [input] = inputs
  switch (node.op) {
    case 'conv':
    case 'depthwise':
      pencil.draw('Conv', [input, ...weightsOf(node)], name, sliding(node, node.op === 'conv' ? 1 : node.channels))
      break
    case 'batchNorm':
      pencil.draw('BatchNormalization', [input, ...batchNormNames(node)], name, {
        epsilon: { float: BATCH_NORM_EPSILON },
      })
      break
    case 'linear':
      pencil.draw('Gemm', [input, ...weightsOf({ ...node, bias: true })], name, { transB: 1 })
      break
    case 'relu':
      pencil.draw('Relu', [input], name)
      break
    case 'relu6':
      pencil.draw('Clip', [input, pencil.constant('relu6.low', 0), pencil.constant('relu6.high', 6)], name)
      break
    case 'maxPool':
      pencil.draw('MaxPool', [input], name, sliding(node))
      break
    case 'averagePool':
      pencil.draw('AveragePool', [input], name, sliding(node))
      break
    case 'globalAveragePool':
      pencil.draw('Flatten', [pencil.draw('GlobalAveragePool', [input], `${name}.mean`)], name)
      break
    case 'generalisedMeanPool':
      generalisedMean(name, input, pencil)
      break
    case 'add':
      pencil.draw(inputs.length === 2 ? 'Add' : 'Sum', inputs, name)
      break
    case 'gate':
      gate(node, pencil)
      break
  }
}

function generalisedMean(name: string, input: string, pencil: Pencil): void {
  const floor = pencil.constant(`${name}.floor`, GENERALISED_MEAN_FLOOR)
  const power = pencil.constant(`${name}.power`, GENERALISED_MEAN_POWER)
  const root = pencil.constant(`${name}.root`, 1 / GENERALISED_MEAN_POWER)
  const raised = pencil.draw('Pow', [pencil.draw('Clip', [input, floor], `${name}.clipped`), power], `${name}.raised`)
  const mean = pencil.draw('GlobalAveragePool', [raised], `${name}.mean`)
  pencil.draw('Flatten', [pencil.draw('Pow', [mean, root], `${name}.rooted`)], name)
}

function gate({ name, input, parameters }: Gate, pencil: Pencil): void {
  const layer = (part: string, from: string) => {
    const weights = weightsOf({ parameters: `${parameters}.${part}`, bias: true })
    return pencil.draw('Conv', [from, ...weights], `${name}.${part}`, { kernel_shape: [1, 1] })
  }
  const hidden = layer('fc1', pencil.draw('GlobalAveragePool', [input], `${name}.mean`))
  const scores = layer('fc2', pencil.draw('Relu', [hidden], `${name}.relu`))
  pencil.draw('Mul', [input, pencil.draw('Sigmoid', [scores], `${name}.sigmoid`)], name)
}

function weightsOf({ parameters, bias }: { readonly parameters: string; readonly bias: boolean }): readonly string[] {
  return bias ? [`${parameters}.weight`, `${parameters}.bias`] : [`${parameters}.weight`]
}

function sliding({ kernel, stride, padding }: Pick<Conv | Pool, 'kernel' | 'stride' | 'padding'>, group?: number) {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    ...(group !== undefined && { group }),
  }
}
