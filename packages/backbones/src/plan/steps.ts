/** The graph as a plan sees it: activations folded into the node before them, and what no kernel does refused. */
import { IMAGES, inputsOf, type Activation, type Backbone, type Conv, type Linear, type Node } from '../backbone.ts'
import { countParameters, parametersOf, parameterSize } from '../parameters.ts'
import { inferShapes, type Shape } from '../shapes.ts'
import { NO_CEILING, type Workspace } from './kernels.ts'
import type { Span } from './task.ts'

/** A node with what follows from the batch's shape. */
export interface Step {
  /** A linear layer as the 1×1 convolution that it is. */
  readonly node: Exclude<Node, Linear>
  /** The node's name, or that of the activation folded into it. */
  readonly output: string
  /** Of that activation, as kernels take it. */
  readonly ceiling: number
  readonly input: Shape
  readonly shape: Shape
}

export interface BatchShape {
  readonly batch: number
  /** Of the images, in pixels. */
  readonly height: number
  readonly width: number
}

export interface Sheet extends BatchShape {
  readonly workspace: Workspace
  readonly steps: readonly Step[]
  /** Gates by name, with the sum that each adds its output to. */
  readonly gathered: ReadonlyMap<string, string>
  /** How many values all weights have. */
  readonly weights: number
  /** Where each parameter lies in the flat buffer, by name. */
  readonly parameters: ReadonlyMap<string, Omit<Span, 'region'>>
}

/** Throws `RangeError` for a node that no kernel does. */
export function sheetOf(backbone: Backbone, workspace: Workspace, batch: BatchShape): Sheet {
  const shapes = inferShapes(backbone, batch)
  const shapeOf = (name: string) => shapes.get(name) ?? { height: 0, width: 0, channels: 0 }
  const folded = foldedActivations(backbone)
  const hidden = new Set([...folded.values()].map(({ name }) => name))
  const steps = backbone.nodes
    .filter((node) => !hidden.has(node.name))
    .map((described): Step => {
      const node = described.op === 'linear' ? { ...described, ...POINTWISE } : described
      const [first = IMAGES] = inputsOf(node)
      refuseUnknown(node)
      const activation = folded.get(node.name)
      return {
        node,
        output: activation?.name ?? node.name,
        ceiling: activation ? ceilingOf(activation) : 0,
        input: shapeOf(first),
        shape: shapeOf(node.name),
      }
    })
  return {
    ...batch,
    workspace,
    steps,
    gathered: gatheredGates(backbone, folded),
    weights: countParameters(backbone).weight,
    parameters: parameterSpans(backbone),
  }
}

const POINTWISE = { op: 'conv', kernel: 1, stride: 1, padding: 0, bias: true } as const

/** What an activation's results are at most, as kernels take it. */
export function ceilingOf({ op }: Pick<Activation, 'op'>): number {
  return op === 'relu6' ? 6 : NO_CEILING
}

/** Batch norms and sums that only an activation reads, with that activation: one kernel does both. */
function foldedActivations(backbone: Backbone): ReadonlyMap<string, Activation> {
  const nodes = new Map(backbone.nodes.map((node) => [node.name, node]))
  const reads = backbone.nodes.flatMap(inputsOf)
  const folded = new Map<string, Activation>()
  for (const node of backbone.nodes) {
    if (node.op !== 'relu' && node.op !== 'relu6') continue
    const before = nodes.get(node.input)?.op
    const readers = reads.filter((name) => name === node.input).length
    if ((before === 'batchNorm' || before === 'add') && readers === 1) folded.set(node.input, node)
  }
  return folded
}

/** Gates that only one sum reads, which adds nothing else: they add to it themselves. */
function gatheredGates(backbone: Backbone, folded: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const gates = new Set(backbone.nodes.filter(({ op }) => op === 'gate').map(({ name }) => name))
  const reads = backbone.nodes.flatMap(inputsOf)
  const alone = (name: string) => gates.has(name) && reads.indexOf(name) === reads.lastIndexOf(name)
  const sums = backbone.nodes.filter((node) => node.op === 'add' && !folded.has(node.name))
  return new Map(
    sums.filter((sum) => inputsOf(sum).every(alone)).flatMap((sum) => inputsOf(sum).map((gate) => [gate, sum.name])),
  )
}

function refuseUnknown(node: Step['node']): void {
  const refuse = (why: string) => new RangeError(`planStep: '${node.name}' ${why}`)
  if (node.op === 'depthwise' && !(node.kernel === 3 && node.stride <= 2 && node.padding === 1 && !node.bias)) {
    throw refuse('is depthwise, but not 3×3 of stride 1 or 2 without bias')
  }
  if (node.op === 'conv' && !isProduct(node) && node.bias) throw refuse('is a k×k convolution with a bias')
}

/** Whether a convolution is one matrix product over pixels. */
export function isProduct({ kernel, stride, padding }: Conv): boolean {
  return kernel === 1 && stride === 1 && padding === 0
}

/** A parameter's values, its gradient, or the batch's statistics in its place. Throws `RangeError` when there is none of that name. */
export function parameterSpan(sheet: Sheet, name: string, region: Span['region'] = 'parameters'): Span {
  const span = lookUp(sheet.parameters, name)
  return { ...span, region, offset: span.offset - (region === 'statistics' ? sheet.weights : 0) }
}

/** Throws `RangeError` where there is none of that name. */
export function lookUp<Key, Value>(values: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = values.get(key)
  if (value === undefined) throw new RangeError(`planStep: there is no ${JSON.stringify(key)}`)
  return value
}

function parameterSpans(backbone: Backbone): ReadonlyMap<string, Omit<Span, 'region'>> {
  let offset = 0
  return new Map(
    parametersOf(backbone).map((parameter) => {
      const span = { label: parameter.name, offset, size: parameterSize(parameter) }
      offset += span.size
      return [parameter.name, span] as const
    }),
  )
}
