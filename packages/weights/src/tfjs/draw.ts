/** A backbone as a TensorFlow graph, in the operators that TensorFlow.js runs. Activations are NHWC, vectors `[batch, 1, 1, channels]`. */
import {
  type Backbone,
  BATCH_NORM_EPSILON,
  batchNormNames,
  type Conv,
  type Gate,
  GENERALISED_MEAN_FLOOR,
  GENERALISED_MEAN_POWER,
  IMAGES,
  inputsOf,
  type Node,
  type Pool,
} from '@passerby/backbones'

/** One node of a GraphDef, as JSON. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr: Readonly<Record<string, unknown>>
}

/** Numbers that nodes read beside parameters. */
export interface GraphConstant {
  readonly shape: readonly number[]
  readonly type: 'float32' | 'int32'
  readonly values: readonly number[]
}

export interface GraphDrawing {
  readonly nodes: readonly GraphNode[]
  readonly constants: ReadonlyMap<string, GraphConstant>
}

const FLOAT = { T: { type: 'DT_FLOAT' } }
/** Texts are base64 in a GraphDef's JSON. */
const NHWC = { s: 'TkhXQw==' }
const VALID = { s: 'VkFMSUQ=' }
const EXPLICIT = { s: 'RVhQTElDSVQ=' }
/** Below every float32 that is not infinite. */
const LOWEST = -3.4e38

/** The nodes read parameters by their names here; the last one gives `output`, `[batch, embedding]`. */
export function drawGraph(backbone: Backbone, output: string, embedding: number): GraphDrawing {
  const nodes: GraphNode[] = [{ name: IMAGES, op: 'Placeholder', input: [], attr: { dtype: { type: 'DT_FLOAT' } } }]
  const constants = new Map<string, GraphConstant>()
  const pencil: Pencil = {
    draw(op, input, name, attr = {}) {
      nodes.push({ name, op, input, attr: { ...FLOAT, ...attr } })
      return name
    },
    constant(name, constant) {
      constants.set(name, constant)
      return name
    },
  }
  for (const node of backbone.nodes) drawNode(node, pencil)
  const shape = pencil.constant(`${output}/shape`, { shape: [2], type: 'int32', values: [-1, embedding] })
  pencil.draw('Reshape', [backbone.nodes.at(-1)?.name ?? IMAGES, shape], output)
  return { nodes, constants }
}

interface Pencil {
  /** Adds a node and returns its name. */
  draw(op: string, input: readonly string[], name: string, attr?: GraphNode['attr']): string
  constant(name: string, constant: GraphConstant): string
}

function drawNode(node: Node, pencil: Pencil): void {
  const { name } = node
  const inputs = inputsOf(node)
  const [input] = inputs
  switch (node.op) {
    case 'conv':
    case 'depthwise':
      convolution(node, pencil)
      break
    case 'linear':
      layer({ name, input, parameters: node.parameters }, pencil)
      break
    case 'batchNorm': {
      const attributes = { epsilon: { f: BATCH_NORM_EPSILON }, is_training: { b: false }, data_format: NHWC }
      pencil.draw('FusedBatchNormV3', [input, ...batchNormNames(node)], name, attributes)
      break
    }
    case 'relu':
      pencil.draw('Relu', [input], name)
      break
    case 'relu6':
      pencil.draw('Relu6', [input], name)
      break
    case 'maxPool':
    case 'averagePool':
      pool(node, pencil)
      break
    case 'globalAveragePool':
      mean(input, name, pencil)
      break
    case 'generalisedMeanPool':
      generalisedMean(name, input, pencil)
      break
    case 'add':
      pencil.draw('AddN', inputs, name, { N: { i: String(inputs.length) } })
      break
    case 'gate':
      gate(node, pencil)
      break
  }
}

function convolution(node: Conv, pencil: Pencil): void {
  const { padding } = node
  const sides = [0, 0, padding, padding, padding, padding, 0, 0]
  const attributes = {
    ...strided(node.stride),
    dilations: integers([1, 1, 1, 1]),
    ...(padding === 0 ? { padding: VALID } : { padding: EXPLICIT, explicit_paddings: integers(sides) }),
  }
  const op = node.op === 'conv' ? 'Conv2D' : 'DepthwiseConv2dNative'
  const bare = node.bias ? `${node.name}/product` : node.name
  pencil.draw(op, [node.input, `${node.parameters}.weight`], bare, attributes)
  if (node.bias) pencil.draw('BiasAdd', [bare, `${node.parameters}.bias`], node.name, { data_format: NHWC })
}

interface Layer {
  readonly name: string
  readonly input: string
  readonly parameters: string
}

/** A linear layer of vectors: a 1×1 convolution. */
function layer({ name, input, parameters }: Layer, pencil: Pencil): string {
  const attributes = { ...strided(1), dilations: integers([1, 1, 1, 1]), padding: VALID }
  const product = pencil.draw('Conv2D', [input, `${parameters}.weight`], `${name}/product`, attributes)
  return pencil.draw('BiasAdd', [product, `${parameters}.bias`], name, { data_format: NHWC })
}

function pool({ op, name, input, kernel, stride, padding }: Pool, pencil: Pencil): void {
  let from = input
  if (padding > 0) {
    const sides = [0, 0, padding, padding, padding, padding, 0, 0]
    const paddings = pencil.constant(`${name}/paddings`, { shape: [4, 2], type: 'int32', values: sides })
    const lowest = pencil.constant(`${name}/lowest`, { shape: [], type: 'float32', values: [LOWEST] })
    from = pencil.draw('PadV2', [input, paddings, lowest], `${name}/padded`)
  }
  const attributes = { ...strided(stride), ksize: integers([1, kernel, kernel, 1]), padding: VALID }
  pencil.draw(op === 'maxPool' ? 'MaxPool' : 'AvgPool', [from], name, attributes)
}

function mean(input: string, name: string, pencil: Pencil): string {
  const axes = pencil.constant('space', { shape: [2], type: 'int32', values: [1, 2] })
  return pencil.draw('Mean', [input, axes], name, { keep_dims: { b: true } })
}

function generalisedMean(name: string, input: string, pencil: Pencil): void {
  const scalar = (part: string, value: number) =>
    pencil.constant(`${name}/${part}`, { shape: [], type: 'float32', values: [value] })
  const clipped = pencil.draw('Maximum', [input, scalar('floor', GENERALISED_MEAN_FLOOR)], `${name}/clipped`)
  const raised = pencil.draw('Pow', [clipped, scalar('power', GENERALISED_MEAN_POWER)], `${name}/raised`)
  pencil.draw('Pow', [mean(raised, `${name}/mean`, pencil), scalar('root', 1 / GENERALISED_MEAN_POWER)], name)
}

function gate({ name, input, parameters }: Gate, pencil: Pencil): void {
  const means = mean(input, `${name}/mean`, pencil)
  const hidden = layer({ name: `${name}/fc1`, input: means, parameters: `${parameters}.fc1` }, pencil)
  const active = pencil.draw('Relu', [hidden], `${name}/relu`)
  const scores = layer({ name: `${name}/fc2`, input: active, parameters: `${parameters}.fc2` }, pencil)
  pencil.draw('Mul', [input, pencil.draw('Sigmoid', [scores], `${name}/sigmoid`)], name)
}

function strided(stride: number) {
  return { strides: integers([1, stride, stride, 1]), data_format: NHWC }
}

function integers(values: readonly number[]) {
  return { list: { i: values.map(String) } }
}
