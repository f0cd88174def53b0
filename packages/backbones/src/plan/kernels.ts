/**
 * The kernels that a plan is made of: for each, the operands it reads, those it writes and its sizes, by name and in
 * calling order. An executor has one function (or shader) of that name per row. Maps are NHWC; `rows` are pixels of a
 * whole batch, `count` single numbers; `relu` and `accumulate` are 0 or 1.
 *
 * Gradients of parameters (`dw`, `dbias`, `dgamma`, `dbeta`) are added to what is there, since nodes may share
 * parameters; `dx` is too where `accumulate`. `saved`, `sums`, `planes`, `bordered` and `transposed` are a kernel's own.
 */
const WINDOW = ['batch', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'kernel', 'stride'] as const
const CONV = ['batch', 'height', 'width', 'inputs', 'outHeight', 'outWidth', 'outputs', 'kernel', 'stride'] as const
const MAPS = ['batch', 'height', 'width', 'channels'] as const
const MATRICES = ['rows', 'inner', 'columns'] as const

export const KERNELS = {
  /** y = x·w: a 1×1 convolution. */
  product: { reads: ['x', 'w'], writes: ['y'], sizes: MATRICES },
  biasedProduct: { reads: ['x', 'w', 'bias'], writes: ['y'], sizes: MATRICES },
  productInputGradient: { reads: ['dy', 'w'], writes: ['dx', 'transposed'], sizes: [...MATRICES, 'accumulate'] },
  productWeightGradient: { reads: ['x', 'dy'], writes: ['dw'], sizes: MATRICES },
  biasGradient: { reads: ['dy'], writes: ['dbias'], sizes: ['rows', 'columns'] },
  /** Dense k×k, any stride; it has no input gradient, so it must read the images. */
  conv: { reads: ['x', 'w'], writes: ['y', 'bordered'], sizes: [...CONV, 'padding'] },
  convWeightGradient: { reads: ['x', 'dy'], writes: ['dw', 'bordered'], sizes: [...CONV, 'padding'] },
  /** 3×3, stride 1, padding 1. */
  depthwise: { reads: ['x', 'w'], writes: ['y', 'planes'], sizes: MAPS },
  depthwiseInputGradient: { reads: ['dy', 'w'], writes: ['dx', 'planes'], sizes: MAPS },
  depthwiseWeightGradient: { reads: ['x', 'dy'], writes: ['dw', 'planes'], sizes: MAPS },
  /** By the batch's own mean and variance, which go out too; the variance unbiased, as running statistics want it. */
  batchNorm: {
    reads: ['x', 'gamma', 'beta'],
    writes: ['y', 'saved', 'mean', 'variance'],
    sizes: ['rows', 'channels', 'relu'],
  },
  batchNormInference: {
    reads: ['x', 'gamma', 'beta', 'mean', 'variance'],
    writes: ['y', 'saved'],
    sizes: ['rows', 'channels', 'relu'],
  },
  batchNormGradient: {
    reads: ['x', 'y', 'dy', 'gamma', 'saved'],
    writes: ['dx', 'dgamma', 'dbeta', 'sums'],
    sizes: ['rows', 'channels', 'relu'],
  },
  relu: { reads: ['x'], writes: ['y'], sizes: ['count'] },
  reluGradient: { reads: ['y', 'dy'], writes: ['dx'], sizes: ['count'] },
  sigmoid: { reads: ['x'], writes: ['y'], sizes: ['count'] },
  sigmoidGradient: { reads: ['y', 'dy'], writes: ['dx'], sizes: ['count'] },
  maxPool: { reads: ['x'], writes: ['y'], sizes: [...WINDOW, 'padding'] },
  maxPoolGradient: { reads: ['x', 'y', 'dy'], writes: ['dx'], sizes: [...WINDOW, 'padding'] },
  averagePool: { reads: ['x'], writes: ['y'], sizes: WINDOW },
  averagePoolGradient: { reads: ['dy'], writes: ['dx'], sizes: WINDOW },
  globalAverage: { reads: ['x'], writes: ['y'], sizes: ['batch', 'pixels', 'channels'] },
  globalAverageGradient: { reads: ['dy'], writes: ['dx'], sizes: ['batch', 'pixels', 'channels', 'accumulate'] },
  /** y = a + b; y may be a or b. */
  add: { reads: ['a', 'b'], writes: ['y'], sizes: ['count', 'relu'] },
  gate: { reads: ['x', 'factor'], writes: ['y'], sizes: ['batch', 'pixels', 'channels'] },
  gateGradient: { reads: ['x', 'factor', 'dy'], writes: ['dx', 'dfactor'], sizes: ['batch', 'pixels', 'channels'] },
} as const satisfies Record<string, Signature>

interface Signature {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly sizes: readonly string[]
}

export type Kernel = keyof typeof KERNELS
export type OperandOf<K extends Kernel> = (typeof KERNELS)[K]['reads' | 'writes'][number]
export type SizeOf<K extends Kernel> = (typeof KERNELS)[K]['sizes'][number]
