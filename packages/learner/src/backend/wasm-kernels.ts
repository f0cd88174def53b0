/**
 * Gradient kernels that tfjs's wasm backend lacks or has only as a slow loop. Dense products go through XNNPACK's
 * matrix product, which the backend uses for operands that are not transposed; the rest are loops over the heap.
 */
import { BackendWasm, tf } from '../tf.ts'
import { depthwiseFilterGradient, depthwiseInputGradient, patchesTransposed, type Window } from './loops.ts'

type Shape4D = [number, number, number, number]

/** Registers the kernels; the second and later calls do nothing. */
export function registerWasmKernels(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return
  replaceMatMul()
  replaceSplit()
  register('Conv2DBackpropFilter', convFilterGradient)
  register('DepthwiseConv2dNativeBackpropFilter', depthwiseFilterGradientKernel)
  register('DepthwiseConv2dNativeBackpropInput', depthwiseInputGradientKernel)
}

/** im2col and one matrix product: patchesᵀ · dy. */
function convFilterGradient({ inputs, attributes, backend }: Call): tf.Tensor {
  const { x, dy } = inputs
  const filter = shape4D(attributes['filterShape'])
  const window = windowOf(x.shape, filter, attributes)
  const columns = window.batch * window.output.height * window.output.width
  const patches = emptyTensor(backend, [filter[0] * filter[1] * filter[2], columns])
  patchesTransposed(window, heap(backend, x), heap(backend, patches))
  return tf.matMul(patches, dy.reshape([columns, filter[3]])).reshape(filter)
}

function depthwiseFilterGradientKernel({ inputs, attributes, backend }: Call): tf.Tensor {
  const { x, dy } = inputs
  const filter = shape4D(attributes['filterShape'])
  const dFilter = emptyTensor(backend, filter)
  const window = windowOf(x.shape, filter, attributes)
  depthwiseFilterGradient(window, heap(backend, x), heap(backend, dy), heap(backend, dFilter))
  return dFilter
}

function depthwiseInputGradientKernel({ inputs, attributes, backend }: Call): tf.Tensor {
  const { dy, filter } = inputs
  const shape = shape4D(attributes['inputShape'])
  const window = windowOf(shape, shape4D(filter.shape), attributes)
  const { input, output, kernel } = window
  if (
    input.height === output.height &&
    input.width === output.width &&
    kernel.height % 2 === 1 &&
    kernel.width % 2 === 1
  ) {
    // At stride 1 this is dy correlated with the filter turned by 180°, for which there is a fast forward kernel.
    const turned = tf.reverse<tf.Tensor4D>(filter.as4D(...shape4D(filter.shape)), [0, 1])
    return tf.depthwiseConv2d(dy.as4D(...shape4D(dy.shape)), turned, 1, 'same')
  }
  const dx = emptyTensor(backend, shape)
  depthwiseInputGradient(window, heap(backend, filter), heap(backend, dy), heap(backend, dx))
  return dx
}

/** The backend's own product, after transposing what it would otherwise walk through with a slow loop. */
function replaceMatMul(): void {
  const own = tf.getKernel('BatchMatMul', 'wasm')
  tf.unregisterKernel('BatchMatMul', 'wasm')
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { a, b } = call.inputs
      const { transposeA = false, transposeB = false } = call.attrs ?? {}
      const matrices = a instanceof tf.Tensor && b instanceof tf.Tensor && [a, b].every(isMatrix)
      if (!matrices || !(transposeA || transposeB)) return own.kernelFunc(call)
      return tf.tidy(() => {
        const upright = { a: transposeA ? swapLastAxes(a) : a, b: transposeB ? swapLastAxes(b) : b }
        return tf.engine().runKernel('BatchMatMul', upright, { transposeA: false, transposeB: false })
      })
    },
  })
}

/** The backend's own split copies the whole tensor once per part; a flat buffer of all weights has hundreds of parts. */
function replaceSplit(): void {
  const own = tf.getKernel('SplitV', 'wasm')
  tf.unregisterKernel('SplitV', 'wasm')
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { inputs, attrs, backend } = call
      const { x } = inputs
      const sizes = attrs?.['numOrSizeSplits']
      if (
        !x ||
        x.shape.length !== 1 ||
        x.dtype !== 'float32' ||
        !Array.isArray(sizes) ||
        !(backend instanceof BackendWasm)
      ) {
        return own.kernelFunc(call)
      }
      const parts = sizes.map((size) => backend.makeOutput([Number(size)], 'float32'))
      const values = heap(backend, x)
      let offset = 0
      for (const part of parts) {
        const target = heap(backend, part)
        target.set(values.subarray(offset, (offset += target.length)))
      }
      return parts
    },
  })
}

const isMatrix = (x: tf.TensorInfo) => x.shape.slice(0, -2).every((size) => size === 1)

function swapLastAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis)
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2])
}

interface Call {
  readonly inputs: Readonly<Record<string, tf.Tensor>>
  readonly attributes: tf.NamedAttrMap
  readonly backend: BackendWasm
}

function register(kernelName: string, run: (call: Call) => tf.Tensor): void {
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      if (!(backend instanceof BackendWasm)) throw new TypeError(`${kernelName}: not the wasm backend`)
      // Gradients are run by the engine, which passes tensors where the type says `TensorInfo`.
      return tf.tidy(() => run({ inputs: inputs as Call['inputs'], attributes: attrs, backend }))
    },
  })
}

function emptyTensor(backend: BackendWasm, shape: readonly number[]): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(backend.makeOutput([...shape], 'float32'))
}

/** A view that the next allocation may invalidate: take it after every output has been made. */
function heap(backend: BackendWasm, tensor: tf.TensorInfo): Float32Array {
  const values = backend.typedArrayFromHeap(tensor)
  if (!(values instanceof Float32Array)) throw new TypeError(`gradient kernel: ${tensor.dtype} instead of float32`)
  return values
}

function windowOf(inputShape: readonly number[], filterShape: Shape4D, attributes: tf.NamedAttrMap): Window {
  const strides = attributes['strides'] as number | [number, number]
  const pad = attributes['pad'] as number | 'valid' | 'same'
  const info = tf.backend_util.computeConv2DInfo(shape4D(inputShape), filterShape, strides, 1, pad, 'floor', true)
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: { height: info.inHeight, width: info.inWidth },
    output: { height: info.outHeight, width: info.outWidth },
    kernel: { height: info.filterHeight, width: info.filterWidth },
    stride: { height: info.strideHeight, width: info.strideWidth },
    padding: info.padInfo,
  }
}

function shape4D(shape: unknown): Shape4D {
  if (!Array.isArray(shape) || shape.length !== 4)
    throw new TypeError(`gradient kernel: ${String(shape)} is no 4-D shape`)
  return shape as Shape4D
}
