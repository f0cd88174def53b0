/** Parameters in the layout of PyTorch and ONNX, from and to ours (`Parameter.shape` says which is which). */
import type { Backbone, Parameter } from '@passerby/backbones'

/** Where a parameter's values lie in another layout: `there` is its shape, and `[out, into, size]` are its three axes. */
export interface OtherLayout {
  readonly shape: readonly number[]
  readonly axes: readonly [out: number, into: number, size: number]
}

/** Names of the depthwise filters, which their shape alone does not tell. */
export function depthwiseFilters(backbone: Backbone): ReadonlySet<string> {
  return new Set(backbone.nodes.flatMap((node) => (node.op === 'depthwise' ? [`${node.parameters}.weight`] : [])))
}

/** OIHW for HWIO, `[channels, 1, height, width]` for depthwise filters, `[output, input]` for a linear layer's. */
export function pytorchLayout(
  { name, shape }: Pick<Parameter, 'name' | 'shape'>,
  depthwise: ReadonlySet<string>,
): OtherLayout {
  if (shape.length === 4) {
    const [height, width, into, out] = depthwise.has(name) ? [shape[0], shape[1], 1, shape[2]] : shape
    return { shape: [out, into, height, width], axes: [out, into, height * width] }
  }
  if (shape.length === 2) return { shape: [shape[1], shape[0]], axes: [shape[1], shape[0], 1] }
  return { shape, axes: [shape[0], 1, 1] }
}

/** `[out, into, size]` as `[size, into, out]`. */
export function channelsLast(values: Float32Array, [out, into, size]: OtherLayout['axes']): Float32Array {
  const turned = new Float32Array(values.length)
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      for (let s = 0; s < size; s++) turned[(s * into + i) * out + o] = values[(o * into + i) * size + s]
    }
  }
  return turned
}

/** `[size, into, out]` as `[out, into, size]`. */
export function channelsFirst(values: Float32Array, [out, into, size]: OtherLayout['axes']): Float32Array {
  return channelsLast(values, [size, into, out])
}
