/**
 * The kernels that a plan is made of: for each, the operands it reads, those it writes, memory of its own that it needs
 * meanwhile (as a count of numbers), and its sizes; by name and in calling order. An executor has one function (or shader)
 * of that name per row. Maps are NHWC; `rows` are pixels of a whole batch, `count` single numbers; `relu` and
 * `accumulate` are 0 or 1.
 *
 * Gradients of parameters (`dw`, `dbias`, `dgamma`, `dbeta`) are added to what is there, since nodes may share
 * parameters; `dx` is too where `accumulate`.
 */
const WINDOW = ['batch', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'kernel', 'stride'] as const
const CONV = ['batch', 'height', 'width', 'inputs', 'outHeight', 'outWidth', 'outputs', 'kernel', 'stride'] as const
const MAPS = ['batch', 'height', 'width', 'channels'] as const
const PIXELS = ['batch', 'pixels', 'channels'] as const
const MATRICES = ['rows', 'inner', 'columns'] as const

type Sizes<Names extends readonly string[]> = Readonly<Record<Names[number], number>>
type OfConv = Sizes<typeof CONV> & { readonly padding: number }
type OfMaps = Sizes<typeof MAPS>
type OfMatrices = Sizes<typeof MATRICES>

/** The right side of a matrix product in panels of eight columns. */
const panels = (inner: number, columns: number) => inner * Math.ceil(columns / 8) * 8
/** A product that sums over rows takes this many at a time. */
const ROWS_AT_ONCE = 64
/** One image with its padding. */
const bordered = ({ height, width, inputs, padding }: OfConv) => (height + 2 * padding) * (width + 2 * padding) * inputs
/** One image in planes of four channels, with one pixel of zeros around. */
const planes = ({ height, width, channels }: OfMaps) => Math.ceil(channels / 4) * 4 * (height + 2) * (width + 2)

export const KERNELS = {
  /** y = x·w: a 1×1 convolution. */
  product: {
    reads: ['x', 'w'],
    writes: ['y'],
    own: { panels: ({ inner, columns }: OfMatrices) => panels(inner, columns) },
    sizes: MATRICES,
  },
  biasedProduct: {
    reads: ['x', 'w', 'bias'],
    writes: ['y'],
    own: { panels: ({ inner, columns }: OfMatrices) => panels(inner, columns) },
    sizes: MATRICES,
  },
  productInputGradient: {
    reads: ['dy', 'w'],
    writes: ['dx'],
    own: { panels: ({ inner, columns }: OfMatrices) => panels(columns, inner) },
    sizes: [...MATRICES, 'accumulate'],
  },
  productWeightGradient: {
    reads: ['x', 'dy'],
    writes: ['dw'],
    own: { panels: ({ columns }: OfMatrices) => panels(ROWS_AT_ONCE, columns) },
    sizes: MATRICES,
  },
  biasGradient: { reads: ['dy'], writes: ['dbias'], own: {}, sizes: ['rows', 'columns'] },
  /** Dense k×k, any stride; it has no input gradient, so it must read the images. */
  conv: {
    reads: ['x', 'w'],
    writes: ['y'],
    own: { bordered, panels: ({ kernel, inputs, outputs }: OfConv) => panels(kernel * kernel * inputs, outputs) },
    sizes: [...CONV, 'padding'],
  },
  convWeightGradient: {
    reads: ['x', 'dy'],
    writes: ['dw'],
    own: { bordered, panels: ({ outWidth, outputs }: OfConv) => panels(outWidth, outputs) },
    sizes: [...CONV, 'padding'],
  },
  /** 3×3, stride 1, padding 1. */
  depthwise: { reads: ['x', 'w'], writes: ['y'], own: { planes }, sizes: MAPS },
  depthwiseInputGradient: { reads: ['dy', 'w'], writes: ['dx'], own: { planes }, sizes: MAPS },
  depthwiseWeightGradient: { reads: ['x', 'dy'], writes: ['dw'], own: { planes }, sizes: MAPS },
  /** By the batch's own mean and variance, which go out too; the variance unbiased, as running statistics want it. */
  batchNorm: {
    reads: ['x', 'gamma', 'beta'],
    writes: ['y', 'saved', 'mean', 'variance'],
    own: {},
    sizes: ['rows', 'channels', 'relu'],
  },
  batchNormInference: {
    reads: ['x', 'gamma', 'beta', 'mean', 'variance'],
    writes: ['y'],
    own: { deviation: ({ channels }: { readonly channels: number }) => channels },
    sizes: ['rows', 'channels', 'relu'],
  },
  batchNormGradient: {
    reads: ['x', 'y', 'dy', 'gamma', 'saved'],
    writes: ['dx', 'dgamma', 'dbeta'],
    own: { sums: ({ channels }: { readonly channels: number }) => 2 * channels },
    sizes: ['rows', 'channels', 'relu'],
  },
  relu: { reads: ['x'], writes: ['y'], own: {}, sizes: ['count'] },
  reluGradient: { reads: ['y', 'dy'], writes: ['dx'], own: {}, sizes: ['count'] },
  sigmoid: { reads: ['x'], writes: ['y'], own: {}, sizes: ['count'] },
  sigmoidGradient: { reads: ['y', 'dy'], writes: ['dx'], own: {}, sizes: ['count'] },
  maxPool: { reads: ['x'], writes: ['y'], own: {}, sizes: [...WINDOW, 'padding'] },
  maxPoolGradient: { reads: ['x', 'y', 'dy'], writes: ['dx'], own: {}, sizes: [...WINDOW, 'padding'] },
  averagePool: { reads: ['x'], writes: ['y'], own: {}, sizes: WINDOW },
  averagePoolGradient: { reads: ['dy'], writes: ['dx'], own: {}, sizes: WINDOW },
  globalAverage: { reads: ['x'], writes: ['y'], own: {}, sizes: PIXELS },
  globalAverageGradient: { reads: ['dy'], writes: ['dx'], own: {}, sizes: [...PIXELS, 'accumulate'] },
  /** y = a + b; y may be a or b. */
  add: { reads: ['a', 'b'], writes: ['y'], own: {}, sizes: ['count', 'relu'] },
  gate: { reads: ['x', 'factor'], writes: ['y'], own: {}, sizes: PIXELS },
  gateGradient: { reads: ['x', 'factor', 'dy'], writes: ['dx', 'dfactor'], own: {}, sizes: PIXELS },
} as const

export type Kernel = keyof typeof KERNELS
export type OperandOf<K extends Kernel> = (typeof KERNELS)[K]['reads' | 'writes'][number]
export type SizeOf<K extends Kernel> = (typeof KERNELS)[K]['sizes'][number]

/** How many numbers a kernel needs of its own, by name and in calling order. */
export function ownMemory<K extends Kernel>(
  kernel: K,
  sizes: Readonly<Record<SizeOf<K>, number>>,
): readonly (readonly [name: string, size: number])[] {
  // Each row's functions take that row's sizes; TypeScript cannot see that they belong together.
  const own: Readonly<Record<string, (sizes: never) => number>> = KERNELS[kernel].own
  return Object.entries(own).map(([name, sizeOf]) => [name, sizeOf(sizes as never)])
}
