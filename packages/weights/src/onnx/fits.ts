/** Which ONNX nodes compute what a node of a backbone does. */
import type { Activation, Conv, Pool } from '@passerby/backbones'
import type { Tensor } from '../tensors.ts'
import type { OnnxNode } from './graph.ts'

/** The tensors of a file by name. */
export type Held = ReadonlyMap<string, Tensor>

export function isOp(...ops: readonly string[]): (node: OnnxNode) => boolean {
  return (node) => ops.includes(node.op)
}

/** A convolution of the same geometry, whatever its channels. */
export function convolves(conv: Conv, held: Held): (node: OnnxNode) => boolean {
  return (node) => {
    if (node.op !== 'Conv' || !slides(conv, node)) return false
    const shape = held.get(node.inputs[1])?.shape ?? []
    const group = numberOf(node, 'group', 1)
    return shape[2] === conv.kernel && shape[3] === conv.kernel && group === (conv.op === 'conv' ? 1 : shape[0])
  }
}

export function pools(pool: Pool): (node: OnnxNode) => boolean {
  return (node) =>
    node.op === (pool.op === 'maxPool' ? 'MaxPool' : 'AveragePool') &&
    slides(pool, node) &&
    listOf(node, 'kernel_shape').every((side) => side === pool.kernel) &&
    numberOf(node, 'ceil_mode', 0) === 0
}

export function activates({ op }: Activation, held: Held): (node: OnnxNode) => boolean {
  const [low, high] = op === 'relu' ? [0, Infinity] : [0, 6]
  return (node) => {
    if (node.op === 'Relu') return op === 'relu'
    if (node.op !== 'Clip') return false
    return limit(node, 1, held) === low && limit(node, 2, held) === high
  }
}

/** A power with that constant exponent. */
export function raises(exponent: number, held: Held): (node: OnnxNode) => boolean {
  return (node) => node.op === 'Pow' && Math.abs((held.get(node.inputs[1])?.values[0] ?? 0) - exponent) < 1e-6
}

/** A matrix product with a constant that needs no scaling. */
export function multiplies(held: Held): (node: OnnxNode) => boolean {
  return (node) => {
    if (node.op !== 'MatMul' && node.op !== 'Gemm') return false
    const plain = ['alpha', 'beta'].every((name) => numberOf(node, name, 1) === 1)
    return plain && numberOf(node, 'transA', 0) === 0 && held.get(node.inputs[1])?.shape.length === 2
  }
}

export function numberOf(node: OnnxNode, name: string, otherwise: number): number {
  const value = node.attributes.get(name)
  return typeof value === 'number' ? value : otherwise
}

function listOf(node: OnnxNode, name: string): readonly number[] {
  const value = node.attributes.get(name)
  return Array.isArray(value) ? value : []
}

function slides({ stride, padding }: Pick<Conv, 'stride' | 'padding'>, node: OnnxNode): boolean {
  const strides = listOf(node, 'strides')
  const pads = listOf(node, 'pads')
  return (
    (node.attributes.get('auto_pad') ?? 'NOTSET') === 'NOTSET' &&
    listOf(node, 'dilations').every((side) => side === 1) &&
    (strides.length === 0 ? stride === 1 : strides.every((side) => side === stride)) &&
    (pads.length === 0 ? padding === 0 : pads.every((side) => side === padding))
  )
}

/** A limit of a Clip: an attribute before opset 11, an input since. */
function limit(node: OnnxNode, input: 1 | 2, held: Held): number {
  const none = input === 1 ? -Infinity : Infinity
  const name = node.inputs[input]
  if (name) return held.get(name)?.values[0] ?? NaN
  return numberOf(node, input === 1 ? 'min' : 'max', none)
}
