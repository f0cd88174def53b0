/** The sizes that kernels take (`KERNELS`). */
import type { Conv, Gate, Pool } from '../backbone.ts'
import type { BatchShape, Step } from './steps.ts'

type Batch = Pick<BatchShape, 'batch'>

export const matrixSizes = ({ batch }: Batch, { input, shape }: Step) => ({
  rows: batch * shape.height * shape.width,
  inner: input.channels,
  columns: shape.channels,
})

export const rowSizes = ({ batch }: Batch, { shape, ceiling }: Step) => ({
  rows: batch * shape.height * shape.width,
  channels: shape.channels,
  ceiling,
})

export const depthwiseSizes = ({ batch }: Batch, { input, shape }: Step, { stride }: Conv) => ({
  batch,
  ...input,
  outHeight: shape.height,
  outWidth: shape.width,
  stride,
})

/** For kernels between a map and one vector per image. */
export const pixelSizes = ({ batch }: Batch, { input }: Step) => ({
  batch,
  pixels: input.height * input.width,
  channels: input.channels,
})

export const gateSizes = (batch: Batch, step: Step, { hidden }: Gate) => ({ ...pixelSizes(batch, step), units: hidden })

export const windowSizes = ({ batch }: Batch, { input, shape }: Step, { kernel, stride }: Pool) => ({
  batch,
  ...input,
  outHeight: shape.height,
  outWidth: shape.width,
  kernel,
  stride,
})

export const convSizes = ({ batch }: Batch, { input, shape }: Step, { kernel, stride, padding }: Conv) => ({
  batch,
  height: input.height,
  width: input.width,
  inputs: input.channels,
  outHeight: shape.height,
  outWidth: shape.width,
  outputs: shape.channels,
  kernel,
  stride,
  padding,
})
