/**
 * The kernels that a plan is made of: for each, the operands it reads, those it writes, and its sizes; by name and in
 * calling order. An executor has one function (or shader) of that name per row. Maps are NHWC; `rows` are pixels of a whole
 * batch, `pixels` those of one image, `count` single numbers; `accumulate` is 0 or 1. `ceiling` is that of the activation on
 * top, min(max(·, 0), ceiling): 6 for ReLU6, `NO_CEILING` for ReLU, 0 where there is none.
 *
 * Gradients of parameters (`dw`, `dbias`, `dgamma`, …) are added to what is there, since nodes may share parameters; `dx`
 * and a gate's `y` are too where `accumulate`. In `reluGradient`, `batchNormGradient` and `gateGradient` `dx` may be `dy`.
 */
const WINDOW = ['batch', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'kernel', 'stride'] as const
const CONV = ['batch', 'height', 'width', 'inputs', 'outHeight', 'outWidth', 'outputs', 'kernel', 'stride'] as const
const THREES = ['batch', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'stride'] as const
const PIXELS = ['batch', 'pixels', 'channels'] as const
const MATRICES = ['rows', 'inner', 'columns'] as const
const ROWS = ['rows', 'channels', 'ceiling'] as const

/** Stands for a ReLU's ceiling, infinity: the largest `i32`. */
export const NO_CEILING = 2 ** 31 - 1

export const KERNELS = {
  /** y = x·w: a 1×1 convolution. */
  product: { reads: ['x', 'w'], writes: ['y'], sizes: MATRICES },
  /** y = x·w + bias */
  biasedProduct: { reads: ['x', 'w', 'bias'], writes: ['y'], sizes: MATRICES },
  /** dx (+)= dy·wᵀ */
  productInputGradient: { reads: ['dy', 'w'], writes: ['dx'], sizes: [...MATRICES, 'accumulate'] },
  /** dw += xᵀ·dy */
  productWeightGradient: { reads: ['x', 'dy'], writes: ['dw'], sizes: MATRICES },
  biasGradient: { reads: ['dy'], writes: ['dbias'], sizes: ['rows', 'columns'] },
  /** Dense k×k, any stride and zero padding. */
  conv: { reads: ['x', 'w'], writes: ['y'], sizes: [...CONV, 'padding'] },
  convInputGradient: { reads: ['dy', 'w'], writes: ['dx'], sizes: [...CONV, 'padding'] },
  convWeightGradient: { reads: ['x', 'dy'], writes: ['dw'], sizes: [...CONV, 'padding'] },
  /** 3×3, stride 1 or 2, padding 1. */
  depthwise: { reads: ['x', 'w'], writes: ['y'], sizes: THREES },
  depthwiseInputGradient: { reads: ['dy', 'w'], writes: ['dx'], sizes: THREES },
  depthwiseWeightGradient: { reads: ['x', 'dy'], writes: ['dw'], sizes: THREES },
  /**
   * By the batch's own mean and variance, which go out too; the variance unbiased, as running statistics want it.
   * `saved` takes the mean, then the reciprocal deviation.
   */
  batchNorm: { reads: ['x', 'gamma', 'beta'], writes: ['y', 'saved', 'mean', 'variance'], sizes: ROWS },
  batchNormInference: { reads: ['x', 'gamma', 'beta', 'mean', 'variance'], writes: ['y'], sizes: ROWS },
  batchNormGradient: {
    reads: ['x', 'y', 'dy', 'gamma', 'saved'],
    writes: ['dx', 'dgamma', 'dbeta'],
    sizes: ROWS,
  },
  /** y = min(max(x, 0), ceiling) */
  relu: { reads: ['x'], writes: ['y'], sizes: ['count', 'ceiling'] },
  /** dx = dy where 0 < y < ceiling, else 0 */
  reluGradient: { reads: ['y', 'dy'], writes: ['dx'], sizes: ['count', 'ceiling'] },
  maxPool: { reads: ['x'], writes: ['y'], sizes: [...WINDOW, 'padding'] },
  maxPoolGradient: { reads: ['x', 'y', 'dy'], writes: ['dx'], sizes: [...WINDOW, 'padding'] },
  averagePool: { reads: ['x'], writes: ['y'], sizes: WINDOW },
  averagePoolGradient: { reads: ['dy'], writes: ['dx'], sizes: WINDOW },
  globalAverage: { reads: ['x'], writes: ['y'], sizes: PIXELS },
  globalAverageGradient: { reads: ['dy'], writes: ['dx'], sizes: [...PIXELS, 'accumulate'] },
  /** y = (mean of max(x, 1e-6)³ over pixels)^⅓ */
  generalisedMean: { reads: ['x'], writes: ['y'], sizes: PIXELS },
  /** dx = dy·(x / y)² / pixels where x > 1e-6, else 0 */
  generalisedMeanGradient: { reads: ['x', 'y', 'dy'], writes: ['dx'], sizes: PIXELS },
  /** y = a + b; y may be a or b. */
  add: { reads: ['a', 'b'], writes: ['y'], sizes: ['count', 'ceiling'] },
  /**
   * means = mean of x over pixels, hidden = max(0, means·w1 + b1), factors = sigmoid(hidden·w2 + b2): one row per image,
   * with `units` numbers in a row of `hidden`
   */
  gateFactors: {
    reads: ['x', 'w1', 'b1', 'w2', 'b2'],
    writes: ['means', 'hidden', 'factors'],
    sizes: [...PIXELS, 'units'],
  },
  /** y (+)= x·factors */
  gate: { reads: ['x', 'factors'], writes: ['y'], sizes: [...PIXELS, 'accumulate'] },
  /**
   * dlogits = factors·(1 − factors)·Σ_pixels dy·x, dhidden = dlogits·w2ᵀ where hidden > 0, else 0,
   * dx = dy·factors + (dhidden·w1ᵀ) / pixels
   */
  gateGradient: {
    reads: ['x', 'factors', 'hidden', 'w1', 'w2', 'dy'],
    writes: ['dx', 'dlogits', 'dhidden'],
    sizes: [...PIXELS, 'units'],
  },
  /** dw1 += meansᵀ·dhidden, db1 += Σ dhidden, dw2 += hiddenᵀ·dlogits, db2 += Σ dlogits */
  gateWeightGradient: {
    reads: ['means', 'hidden', 'dlogits', 'dhidden'],
    writes: ['dw1', 'db1', 'dw2', 'db2'],
    sizes: ['batch', 'channels', 'units'],
  },
} as const

export type Kernel = keyof typeof KERNELS
export type OperandOf<K extends Kernel> = (typeof KERNELS)[K]['reads' | 'writes'][number]
export type SizeOf<K extends Kernel> = (typeof KERNELS)[K]['sizes'][number]
export type SizesOf<K extends Kernel> = Readonly<Record<SizeOf<K>, number>>

/**
 * What memory of its own an executor's kernel needs while it runs: counts of numbers by name, which a task's writes end
 * with in that order.
 */
export type Workspace = { readonly [K in Kernel]?: (sizes: SizesOf<K>) => Readonly<Record<string, number>> }
