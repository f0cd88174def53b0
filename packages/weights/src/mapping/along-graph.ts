/**
 * Follows an ONNX graph and a backbone side by side, from the images on, so that tensors need no names. Nodes that read the
 * same values and compute the same are told apart by their order in the file. A batch norm that was folded into the
 * convolution before it becomes one that only adds: gamma 1, mean 0, variance 1 − ε, so that the result is exact.
 */
import {
  type Backbone,
  type BatchNorm,
  BATCH_NORM_EPSILON,
  batchNormNames,
  type Conv,
  type Gate,
  type Linear,
  type Node,
  GENERALISED_MEAN_POWER,
  IMAGES,
  inputsOf,
  parametersOf,
} from '@passerby/backbones'
import { activates, convolves, isOp, multiplies, numberOf, pools, raises } from '../onnx/fits.ts'
import type { OnnxGraph, OnnxNode } from '../onnx/graph.ts'
import { walkOf } from '../onnx/walk.ts'
import type { Tensor } from '../tensors.ts'
import type { Assignment } from './assignment.ts'
import { channelsLast, depthwiseFilters, pytorchLayout } from './layouts.ts'
import type { WrongShape } from './misfits.ts'

export function alongGraph(backbone: Backbone, graph: OnnxGraph, tensors: readonly Tensor[]): Assignment {
  const trail = trailOf(backbone, graph, tensors)
  const at = new Map([[IMAGES, graph.inputs[0] ?? '']])
  let broken: string | undefined
  for (const node of backbone.nodes) {
    const inputs = inputsOf(node).flatMap((name) => at.get(name) ?? [])
    if (inputs.length < inputsOf(node).length) continue
    const output = follow(node, inputs, trail)
    if (output !== undefined) at.set(node.name, output)
    else broken ??= `the file's graph has nothing for '${node.name}' (${node.op}) after '${inputs[0]}'`
  }
  return { ...trail.finish(), ...(broken !== undefined && { broken }) }
}

type Trail = ReturnType<typeof trailOf>

function trailOf(backbone: Backbone, graph: OnnxGraph, tensors: readonly Tensor[]) {
  const walk = walkOf(graph)
  const held = heldBy(graph, tensors)
  const here = new Map(parametersOf(backbone).map((parameter) => [parameter.name, parameter]))
  const depthwise = depthwiseFilters(backbone)
  const values = new Map<string, Float32Array>()
  const shapes: WrongShape[] = []
  /** Biases that the backbone's convolutions do not have, by the convolution's name: the batch norm's behind it. */
  const biases = new Map<string, Tensor>()
  const layoutOf = (name: string) => pytorchLayout(here.get(name) ?? { name, shape: [] }, depthwise)

  const fits = (name: string, tensor: Tensor | undefined) => layoutOf(name).shape.join() === tensor?.shape.join()
  const give = (name: string, tensor: Tensor, turn?: (values: Float32Array) => Float32Array) => {
    const { shape, axes } = layoutOf(name)
    if (fits(name, tensor)) values.set(name, turn ? turn(tensor.values) : channelsLast(tensor.values, axes))
    else shapes.push({ parameter: name, tensor: tensor.name, expected: shape, found: tensor.shape })
  }
  const fill = (name: string, value: number) => {
    const size = here.get(name)?.shape[0] ?? 0
    values.set(name, new Float32Array(size).fill(value))
  }
  const finish = (): Assignment => {
    const used = new Set(
      walk.left().flatMap(({ op, inputs }) => (WITH_PARAMETERS.has(op) ? inputs.filter((name) => held.has(name)) : [])),
    )
    return { values, shapes, unexpected: [...used, ...[...biases.values()].map(({ name }) => name)] }
  }
  return { walk, held, biases, fits, give, fill, finish }
}

/** The tensors by name, also by the names that PyTorch's exporter gives to equal ones: it keeps one of them. */
function heldBy(graph: OnnxGraph, tensors: readonly Tensor[]): ReadonlyMap<string, Tensor> {
  const held = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  for (const { op, inputs, outputs } of graph.nodes) {
    const tensor = op === 'Identity' ? held.get(inputs[0] ?? '') : undefined
    if (tensor && outputs[0] !== undefined) held.set(outputs[0], tensor)
  }
  return held
}

/** What is unexpected when nothing in the backbone takes it; constants of other operators are not parameters. */
const WITH_PARAMETERS = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'BatchNormalization'])

/** The tensor in the file that holds the node's output; undefined when the graph goes another way. */
function follow(node: Node, inputs: readonly string[], trail: Trail): string | undefined {
  const { walk, held } = trail
  const [input] = inputs
  switch (node.op) {
    case 'conv':
    case 'depthwise':
      return convolution(node, input, trail)
    case 'batchNorm':
      return batchNorm(node, input, trail)
    case 'linear':
      return linear(node, input, trail)
    case 'relu':
    case 'relu6':
      return outputOf(walk.take(input, activates(node, held)))
    case 'maxPool':
    case 'averagePool':
      return outputOf(walk.take(input, pools(node)))
    case 'globalAveragePool':
      return globalMean(input, trail)
    case 'generalisedMeanPool':
      return generalisedMean(input, trail)
    case 'add':
      return sum(inputs, trail)
    case 'gate':
      return gate(node, input, trail)
  }
}

function outputOf(node: OnnxNode | undefined): string | undefined {
  return node?.outputs[0]
}

function convolution(node: Conv, input: string, { walk, held, biases, fits, give }: Trail): string | undefined {
  const name = `${node.parameters}.weight`
  const sameGeometry = convolves(node, held)
  const found =
    walk.take(input, (one) => sameGeometry(one) && fits(name, held.get(one.inputs[1]))) ??
    walk.take(input, sameGeometry)
  const weight = held.get(found?.inputs[1] ?? '')
  if (!found || !weight) return undefined
  give(name, weight)
  const bias = held.get(found.inputs[2] ?? '')
  if (bias && node.bias) give(`${node.parameters}.bias`, bias)
  else if (bias) biases.set(node.name, bias)
  return outputOf(found)
}

function batchNorm(node: BatchNorm, input: string, trail: Trail): string | undefined {
  const [gamma, beta, mean, variance] = batchNormNames(node)
  const { walk, held, biases, fits, give, fill } = trail
  const bias = biases.get(node.input)
  biases.delete(node.input)
  const found = walk.take(input, isOp('BatchNormalization'))
  if (!found) {
    if (!bias) return undefined
    give(beta, bias)
    if (!fits(beta, bias)) return input
    fill(gamma, 1)
    fill(mean, 0)
    fill(variance, 1 - BATCH_NORM_EPSILON)
    return input
  }
  const [weight, shift, means, variances] = found.inputs.slice(1, 5).map((name) => held.get(name))
  if (!weight || !shift || !means || !variances) return undefined
  give(gamma, weight)
  give(beta, shift)
  give(mean, means, (values) => values.map((value, channel) => value - (bias?.values[channel] ?? 0)))
  const epsilon = numberOf(found, 'epsilon', 1e-5)
  // Single precision in the file: nothing to correct where it is ours.
  const difference = Math.abs(epsilon - BATCH_NORM_EPSILON) < 1e-10 ? 0 : epsilon - BATCH_NORM_EPSILON
  give(variance, variances, (values) => values.map((value) => value + difference))
  return outputOf(found)
}

function linear(node: Linear, input: string, { walk, held, give }: Trail): string | undefined {
  const found = walk.take(input, multiplies(held))
  const weight = held.get(found?.inputs[1] ?? '')
  const output = outputOf(found)
  if (!found || !weight || output === undefined) return undefined
  give(`${node.parameters}.weight`, numberOf(found, 'transB', 0) === 1 ? weight : transposed(weight))
  const added =
    found.op === 'MatMul'
      ? walk.take(output, (one) => one.op === 'Add' && one.inputs.some((name) => held.has(name)))
      : found
  const bias = (found.op === 'MatMul' ? added?.inputs : found.inputs.slice(2))?.flatMap(
    (name) => held.get(name) ?? [],
  )[0]
  if (bias) give(`${node.parameters}.bias`, bias)
  return outputOf(added)
}

function transposed({ name, shape: [rows, columns], values }: Tensor): Tensor {
  return { name, shape: [columns, rows], values: channelsLast(values, [rows, columns, 1]) }
}

function globalMean(input: string, { walk }: Trail): string | undefined {
  return outputOf(walk.take(input, isOp('GlobalAveragePool', 'ReduceMean')))
}

function generalisedMean(input: string, trail: Trail): string | undefined {
  const { walk, held } = trail
  const clipped = outputOf(walk.take(input, isOp('Clip', 'Max')))
  const raised = clipped && outputOf(walk.take(clipped, raises(GENERALISED_MEAN_POWER, held)))
  const mean = raised && globalMean(raised, trail)
  return mean && outputOf(walk.take(mean, raises(1 / GENERALISED_MEAN_POWER, held)))
}

/** Added two by two in any order, or all at once. */
function sum(inputs: readonly string[], { walk }: Trail): string | undefined {
  const open = [...inputs]
  const isOpen = (name: string) => open.some((one) => walk.same(one, name))
  while (open.length > 1) {
    const found = open.reduce<OnnxNode | undefined>(
      (found, tensor) => found ?? walk.take(tensor, (node) => isOp('Add', 'Sum')(node) && node.inputs.every(isOpen)),
      undefined,
    )
    const output = outputOf(found)
    if (!found || output === undefined) return undefined
    for (const name of found.inputs)
      open.splice(
        open.findIndex((one) => walk.same(one, name)),
        1,
      )
    open.push(output)
  }
  return open[0]
}

/** Mean over space, two 1×1 convolutions with a ReLU between, a sigmoid, and the product with the input. */
function gate(node: Gate, input: string, trail: Trail): string | undefined {
  const { walk } = trail
  const layer = (name: string, from: string, channels: number) => {
    const parameters = `${node.parameters}.${name}`
    const conv = { op: 'conv', name: parameters, parameters, input: from, channels, kernel: 1, stride: 1 } as const
    return convolution({ ...conv, padding: 0, bias: true }, from, trail)
  }
  const mean = globalMean(input, trail)
  const hidden = mean && layer('fc1', mean, node.hidden)
  const active = hidden && outputOf(walk.take(hidden, isOp('Relu')))
  const scores = active && layer('fc2', active, 0)
  const factors = scores && outputOf(walk.take(scores, isOp('Sigmoid')))
  return (
    factors &&
    outputOf(walk.take(factors, (one) => one.op === 'Mul' && one.inputs.some((name) => walk.same(name, input))))
  )
}
