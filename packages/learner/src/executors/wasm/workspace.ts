/** What the WebAssembly kernels need while they run. */
import type { ArenaNeeds, SizesOf, Workspace } from '@passerby/backbones'
import { lentMemory } from '../../backend/lent-memory.ts'

/** The right side of a matrix product in panels of eight columns (`matmul.ts`). */
const panels = (inner: number, columns: number) => inner * Math.ceil(columns / 8) * 8

/** A product that sums over rows takes this many at a time (`ROWS` of `lanes.ts`). */
const ROWS_AT_ONCE = 64

/** What a linear layer's products need, forwards and back. */
export const linearPanels = ({ inner, columns }: { readonly inner: number; readonly columns: number }) =>
  Math.max(panels(inner, columns), panels(columns, inner), panels(ROWS_AT_ONCE, columns))

/** One image with its padding. */
const bordered = ({ height, width, inputs, padding }: SizesOf<'conv'>) =>
  (height + 2 * padding) * (width + 2 * padding) * inputs

/** What lies under a row of the windows of as many results as are taken at a time. */
const patches = ({ kernel, inputs }: SizesOf<'conv'>) => ROWS_AT_ONCE * kernel * inputs

/** What stands for rows outside an image (`depthwise.ts`). */
const zeros = ({ width, channels }: SizesOf<'depthwise'>) => ({ zeros: width * channels })

const WORKSPACE: Workspace = {
  product: ({ inner, columns }) => ({ panels: panels(inner, columns) }),
  biasedProduct: ({ inner, columns }) => ({ panels: panels(inner, columns) }),
  productInputGradient: ({ inner, columns }) => ({ panels: panels(columns, inner) }),
  productWeightGradient: ({ columns }) => ({ panels: panels(ROWS_AT_ONCE, columns) }),
  conv: (sizes) => ({
    bordered: bordered(sizes),
    panels: panels(sizes.kernel * sizes.kernel * sizes.inputs, sizes.outputs),
    patches: patches(sizes),
  }),
  convInputGradient: (sizes) => ({
    bordered: bordered(sizes),
    panels: panels(sizes.outputs, sizes.kernel * sizes.inputs) * sizes.kernel,
    patches: sizes.outHeight * sizes.outWidth * sizes.kernel * sizes.inputs,
  }),
  convWeightGradient: (sizes) => ({
    bordered: bordered(sizes),
    panels: panels(Math.max(sizes.outWidth, ROWS_AT_ONCE), sizes.outputs),
    patches: patches(sizes),
  }),
  depthwise: zeros,
  depthwiseInputGradient: zeros,
  depthwiseWeightGradient: zeros,
  batchNormInference: ({ channels }) => ({ deviation: channels }),
  batchNormGradient: ({ channels }) => ({ sums: 2 * channels }),
}

/** Bytes: of the 4 GiB that a memory can have, an eighth is left to weights, gradients and the optimiser. */
const LARGEST_ARENA = 0.875 * 2 ** 32

/** Values start on a cache line. A batch that would need more memory has part of its forward pass computed again. */
export const WASM_ARENA = {
  workspace: WORKSPACE,
  alignment: 16,
  memory: Math.min(LARGEST_ARENA, lentMemory()) / Float32Array.BYTES_PER_ELEMENT,
} satisfies ArenaNeeds
