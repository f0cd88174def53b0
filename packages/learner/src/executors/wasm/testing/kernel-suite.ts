import { KERNELS, NO_CEILING, type Kernel } from '@passerby/backbones'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawOperands, largestErrors, runTwin } from '../../testing/comparison.ts'
import { instantiate, type Instance } from '../instance.ts'
import { WASM_ARENA } from '../workspace.ts'

/** A value that no kernel makes: around every operand, and at first in all workspace. */
const FENCE = 12_345
const FENCE_SIZE = 8

interface Case {
  readonly kernel: Kernel
  readonly sizes: Readonly<Record<string, number>>
  readonly seed: number
  /** dx lies where dy does. */
  readonly inPlace?: boolean
}

/** Runs a kernel and its twin on the same random operands; those whose error is not below 1e-5 of their scale, with it. */
function wrong(instance: Instance, { kernel, sizes, seed, inPlace = false }: Case) {
  const operands = drawOperands(kernel, sizes, seed)
  let address = Math.ceil(instance.heapBase / 16) * 16
  const place = (length: number) => {
    const view = new Float32Array(instance.memory.buffer, address, length).fill(FENCE)
    address += view.byteLength
    return view
  }
  const fences = [place(FENCE_SIZE)]
  const placeFenced = (length: number) => {
    const view = place(length)
    fences.push(place(FENCE_SIZE))
    return view
  }
  const { reads, writes, sizes: order } = KERNELS[kernel]
  const views: Record<string, Float32Array> = {}
  for (const name of [...reads, ...writes]) {
    if (inPlace && name === 'dx') {
      views[name] = views['dy']
      continue
    }
    views[name] = placeFenced(operands[name].length)
    views[name].set(operands[name])
  }
  const workspace = Object.values(WASM_ARENA.workspace[kernel]?.(sizes as never) ?? {}).map(placeFenced)
  const addresses = [...Object.values(views), ...workspace].map((view) => view.byteOffset)
  instance.kernel(kernel)(...addresses, ...order.map((name) => sizes[name]))

  expect(fences.every((fence) => fence.every((value) => value === FENCE))).toBe(true)
  const errors = Object.entries(largestErrors(runTwin(kernel, operands, sizes), views))
  return errors.filter(([name, error]) => !(error < 1e-5) && !(inPlace && name === 'dy'))
}

const upTo = (max: number, min = 1) => fc.integer({ min, max })
const flag = fc.constantFrom(0, 1)
const channels = fc.constantFrom(1, 2, 3, 4, 5, 8, 11, 16, 23, 32)
const matrices = { rows: upTo(150), inner: channels, columns: channels }
const pixels = { batch: upTo(3), pixels: upTo(40), channels }
/** Random operands are within ±2 then: a ceiling of 1 is like ReLU6's. */
const ceiling = fc.constantFrom(0, 1, NO_CEILING)
const norm = { rows: upTo(200, 2), channels, ceiling }
const elements = { count: upTo(67), ceiling }

/** Sizes of a sliding window, its output rounded down. */
const windows = (padded: boolean) =>
  fc
    .record({
      batch: upTo(2),
      height: upTo(14, 7),
      width: upTo(14, 7),
      channels,
      inputs: fc.constantFrom(1, 2, 3, 5, 22),
      outputs: channels,
      kernel: fc.constantFrom(1, 2, 3, 5, 7),
      stride: upTo(3),
    })
    .map((sizes) => {
      const padding = padded ? sizes.kernel >> 1 : 0
      const out = (length: number) => Math.floor((length + 2 * padding - sizes.kernel) / sizes.stride) + 1
      return { ...sizes, padding, outHeight: out(sizes.height), outWidth: out(sizes.width) }
    })

/** 3×3 windows of padding 1. */
const threes = fc
  .record({ batch: upTo(3), height: upTo(9), width: upTo(9), channels, stride: upTo(2) })
  .map(({ height, width, stride, ...sizes }) => {
    const out = (length: number) => Math.floor((length - 1) / stride) + 1
    return { ...sizes, height, width, stride, outHeight: out(height), outWidth: out(width) }
  })

const SIZES: { readonly [K in Kernel]: fc.Arbitrary<Record<string, number>> } = {
  product: fc.record(matrices),
  biasedProduct: fc.record(matrices),
  productInputGradient: fc.record({ ...matrices, accumulate: flag }),
  productWeightGradient: fc.record({ ...matrices, rows: upTo(400) }),
  biasGradient: fc.record({ rows: upTo(50), columns: channels }),
  conv: windows(true),
  convInputGradient: windows(true),
  convWeightGradient: windows(true),
  depthwise: threes,
  depthwiseInputGradient: threes,
  depthwiseWeightGradient: threes,
  batchNorm: fc.record(norm),
  batchNormInference: fc.record(norm),
  batchNormGradient: fc.record(norm),
  relu: fc.record(elements),
  reluGradient: fc.record(elements),
  maxPool: windows(true),
  maxPoolGradient: windows(true),
  averagePool: windows(false),
  averagePoolGradient: windows(false),
  globalAverage: fc.record(pixels),
  globalAverageGradient: fc.record({ ...pixels, accumulate: flag }),
  generalisedMean: fc.record(pixels),
  generalisedMeanGradient: fc.record(pixels),
  add: fc.record(elements),
  gateFactors: fc.record({ ...pixels, units: upTo(9) }),
  gate: fc.record({ ...pixels, accumulate: flag }),
  gateGradient: fc.record({ ...pixels, units: upTo(9) }),
  gateWeightGradient: fc.record({ batch: upTo(9), channels, units: upTo(9) }),
}

/** Every kernel of a build, compared with its twin. */
export function describeKernels(build: string, kernels: WebAssembly.Module): void {
  describe(
    `every WebAssembly kernel (${build}) computes what its formula says, and writes nowhere else`,
    { timeout: 30_000 },
    () => {
      const instance = instantiate(kernels)
      instance.memory.grow(16)

      it.each(Object.keys(SIZES) as Kernel[])('%s', (kernel) => {
        fc.assert(
          fc.property(SIZES[kernel], fc.nat(), (sizes, seed) => {
            expect(wrong(instance, { kernel, sizes, seed })).toEqual([])
          }),
          { seed: 1, numRuns: 25 },
        )
      })

      it.each(['reluGradient', 'batchNormGradient', 'gateGradient'] as const)('%s in place of dy', (kernel) => {
        fc.assert(
          fc.property(SIZES[kernel], fc.nat(), (sizes, seed) => {
            expect(wrong(instance, { kernel, sizes, seed, inPlace: true })).toEqual([])
          }),
          { seed: 2, numRuns: 25 },
        )
      })

      it('takes e^x over the whole range in gateFactors', () => {
        const logits = [0, -1, 20, -20, -87, 88, -200, 200]
        const { memory, heapBase } = instance
        let address = Math.ceil(heapBase / 16) * 16
        const place = (length: number) => new Float32Array(memory.buffer, (address += 64) - 64, length)
        const operands = [8, 8, 1, 8, 8, 8, 1, 8].map(place)
        operands[4].set(logits)
        instance.kernel('gateFactors')(...operands.map((view) => view.byteOffset), 1, 1, 8, 1)
        const expected = logits.map((value) => 1 / (1 + Math.exp(-value)))
        expected.forEach((value, i) =>
          expect(Math.abs(operands[7][i] - value)).toBeLessThanOrEqual(2e-7 * value + 1e-38),
        )
      })
    },
  )
}
