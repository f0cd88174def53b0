/** Convolution gradients as plain loops, for what no wasm kernel of TensorFlow.js can be composed into. NHWC. */

/** A sliding window over a batch of maps: sizes, strides and zero padding in pixels. */
export interface Window {
  readonly batch: number
  readonly channels: number
  readonly input: { readonly height: number; readonly width: number }
  readonly output: { readonly height: number; readonly width: number }
  readonly kernel: { readonly height: number; readonly width: number }
  readonly stride: { readonly height: number; readonly width: number }
  readonly padding: { readonly top: number; readonly left: number }
}

/** `length` output pixels in a row from `output` on, and the input pixels under one kernel position from `input` on. */
interface Overlap {
  readonly kernel: number
  readonly input: number
  readonly output: number
  readonly length: number
}

/** Every row of pixels that meet under the window; pixels are counted through the batch, kernel positions row by row. */
function* overlaps({ batch, input, output, kernel, stride, padding }: Window): Generator<Overlap> {
  for (let ky = 0; ky < kernel.height; ky++) {
    for (let kx = 0; kx < kernel.width; kx++) {
      const first = Math.max(0, Math.ceil((padding.left - kx) / stride.width))
      const last = Math.min(output.width - 1, Math.floor((input.width - 1 + padding.left - kx) / stride.width))
      if (last < first) continue
      for (let row = 0; row < batch * output.height; row++) {
        const n = Math.floor(row / output.height)
        const y = (row % output.height) * stride.height + ky - padding.top
        if (y < 0 || y >= input.height) continue
        yield {
          kernel: ky * kernel.width + kx,
          input: (n * input.height + y) * input.width + first * stride.width + kx - padding.left,
          output: row * output.width + first,
          length: last - first + 1,
        }
      }
    }
  }
}

/** The rows of the im2col matrix as columns: `[kernel height · kernel width · channels, batch · output pixels]`. */
export function patchesTransposed(window: Window, x: Float32Array, patches: Float32Array): void {
  const { channels, stride } = window
  const columns = window.batch * window.output.height * window.output.width
  const step = stride.width * channels
  patches.fill(0)
  for (const { kernel, input, output, length } of overlaps(window)) {
    for (let c = 0; c < channels; c++) {
      const to = (kernel * channels + c) * columns + output
      for (let i = 0, from = input * channels + c; i < length; i++, from += step) patches[to + i] = x[from]
    }
  }
}

/** d(loss)/d(filter), `[kernel height, kernel width, channels]`, of a depthwise convolution. */
export function depthwiseFilterGradient(
  window: Window,
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
): void {
  const { channels, stride } = window
  const step = stride.width * channels
  dFilter.fill(0)
  for (const { kernel, input, output, length } of overlaps(window)) {
    const end = (output + length) * channels
    // Four channels at a time: sums stay in registers, and do not wait for each other.
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0]
      for (let i = input * channels + c, o = output * channels + c; o < end; i += step, o += channels) {
        s0 += x[i] * dy[o]
        s1 += x[i + 1] * dy[o + 1]
        s2 += x[i + 2] * dy[o + 2]
        s3 += x[i + 3] * dy[o + 3]
      }
      const f = kernel * channels + c
      dFilter[f] += s0
      dFilter[f + 1] += s1
      dFilter[f + 2] += s2
      dFilter[f + 3] += s3
    }
    for (; c < channels; c++) {
      let sum = 0
      for (let i = input * channels + c, o = output * channels + c; o < end; i += step, o += channels)
        sum += x[i] * dy[o]
      dFilter[kernel * channels + c] += sum
    }
  }
}

/** d(loss)/d(input) of a depthwise convolution. */
export function depthwiseInputGradient(window: Window, filter: Float32Array, dy: Float32Array, dx: Float32Array): void {
  const { channels, stride } = window
  dx.fill(0)
  for (const { kernel, input, output, length } of overlaps(window)) {
    const f = kernel * channels
    for (let i = 0; i < length; i++) {
      const from = (input + i * stride.width) * channels
      const to = (output + i) * channels
      for (let c = 0; c < channels; c++) dx[from + c] += filter[f + c] * dy[to + c]
    }
  }
}
