import { NO_CEILING, type Kernel } from '@passerby/backbones'
import { describe, expect, it } from 'vitest'
import { drawOperands, largestErrors, runTwin, type Arrays } from '../testing/comparison.ts'
import type { Pipelines } from './pipelines.ts'
import { shadersOf } from './shaders.ts'
import { loadShaders, openDevice, runShader, type ShaderRun } from './testing/run-shader.ts'

type Sizes = Readonly<Record<string, number>>

const THREES = [
  { batch: 2, height: 5, width: 3, channels: 5 },
  { batch: 3, height: 8, width: 4, channels: 20 },
  { batch: 9, height: 2, width: 2, channels: 36 },
  { batch: 2, height: 19, width: 6, channels: 8 },
].flatMap((map) =>
  [1, 2].map((stride) => {
    const out = (length: number) => Math.floor((length - 1) / stride) + 1
    return { ...map, outHeight: out(map.height), outWidth: out(map.width), stride }
  }),
)
const GATES = [
  { batch: 3, pixels: 35, channels: 5, units: 1 },
  { batch: 2, pixels: 300, channels: 36, units: 19 },
]
const AVERAGES = [
  { batch: 3, height: 5, width: 7, channels: 5, outHeight: 2, outWidth: 3, kernel: 2, stride: 2 },
  { batch: 2, height: 9, width: 6, channels: 8, outHeight: 4, outWidth: 2, kernel: 3, stride: 2 },
]
const MAXIMA = [
  { ...AVERAGES[0], padding: 0 },
  { batch: 2, height: 9, width: 6, channels: 8, outHeight: 5, outWidth: 3, kernel: 3, stride: 2, padding: 1 },
]

const PRODUCTS = [
  { rows: 5, inner: 3, columns: 7 },
  { rows: 130, inner: 36, columns: 20 },
  { rows: 67, inner: 50, columns: 66 },
  { rows: 65, inner: 68, columns: 132 },
]

const CONVS = [
  { batch: 2, height: 9, width: 6, inputs: 3, outHeight: 5, outWidth: 3, outputs: 5, kernel: 7, stride: 2, padding: 3 },
  {
    batch: 3,
    height: 6,
    width: 5,
    inputs: 8,
    outHeight: 6,
    outWidth: 5,
    outputs: 12,
    kernel: 3,
    stride: 1,
    padding: 1,
  },
  { batch: 2, height: 7, width: 6, inputs: 5, outHeight: 4, outWidth: 3, outputs: 4, kernel: 1, stride: 2, padding: 0 },
  {
    batch: 1,
    height: 9,
    width: 8,
    inputs: 64,
    outHeight: 9,
    outWidth: 8,
    outputs: 64,
    kernel: 3,
    stride: 1,
    padding: 1,
  },
]

const NORMS = [
  { rows: 2, channels: 3, ceiling: 0 },
  { rows: 300, channels: 20, ceiling: NO_CEILING },
  { rows: 2100, channels: 5, ceiling: 1 },
  { rows: 2500, channels: 20, ceiling: 0 },
]

const ELEMENTS = [
  { count: 67, ceiling: 0 },
  { count: 1200, ceiling: NO_CEILING },
  { count: 300, ceiling: 1 },
]

const MEANS = [
  { batch: 3, pixels: 35, channels: 5 },
  { batch: 2, pixels: 8, channels: 36 },
]

/** Odd and even shapes: some by fours, some not, some of more than one workgroup. */
const SIZES: { readonly [Name in Kernel]: readonly Sizes[] } = {
  product: PRODUCTS,
  biasedProduct: PRODUCTS,
  productInputGradient: PRODUCTS.map((sizes, index) => ({ ...sizes, accumulate: index % 2 })),
  productWeightGradient: [
    { rows: 70, inner: 5, columns: 7 },
    { rows: 1000, inner: 16, columns: 20 },
    { rows: 300, inner: 36, columns: 68 },
    { rows: 130, inner: 33, columns: 35 },
  ],
  biasGradient: [
    { rows: 3, columns: 5 },
    { rows: 200, columns: 4 },
  ],
  conv: CONVS,
  convInputGradient: CONVS,
  convWeightGradient: CONVS,
  batchNorm: NORMS,
  batchNormInference: NORMS,
  batchNormGradient: NORMS,
  add: ELEMENTS,
  relu: ELEMENTS,
  reluGradient: ELEMENTS,
  depthwise: THREES,
  depthwiseInputGradient: THREES,
  depthwiseWeightGradient: THREES,
  maxPool: MAXIMA,
  maxPoolGradient: MAXIMA,
  averagePool: AVERAGES,
  averagePoolGradient: AVERAGES,
  globalAverage: MEANS,
  globalAverageGradient: [
    { batch: 3, pixels: 35, channels: 5, accumulate: 0 },
    { batch: 2, pixels: 8, channels: 36, accumulate: 1 },
  ],
  generalisedMean: MEANS,
  generalisedMeanGradient: MEANS,
  gateFactors: GATES,
  gate: [
    { batch: 3, pixels: 35, channels: 5, accumulate: 1 },
    { batch: 2, pixels: 8, channels: 36, accumulate: 0 },
  ],
  gateGradient: GATES,
  gateWeightGradient: GATES,
}

/** Where a kernel has a shader for workgroup memory, the one for processors too. */
const BOTH_WAYS = (Object.keys(SIZES) as Kernel[]).flatMap((name) =>
  shadersOf(name).some((shader) => shader.inWorkgroupMemory)
    ? ([
        [name, true],
        [name, false],
      ] as const)
    : ([[name, true]] as const),
)

const device = await openDevice()
const storages = device.features.has('shader-f16') ? (['f32', 'f16'] as const) : (['f32'] as const)

/** float16 keeps 11 bits. */
const TOLERANCE = { f32: 1e-5, f16: 1e-3 }

describe.each(storages)('every WebGPU kernel on %s', { timeout: 60_000 }, (storage) => {
  /** The operands whose error is too great, with it. */
  async function wrong(pipelines: Pipelines, name: Kernel, run: Omit<ShaderRun, 'operands'>, seed = 1) {
    const drawn = drawOperands(name, run.sizes, seed)
    const operands = storage === 'f32' ? drawn : exactInFloat16(drawn)
    const errors = largestErrors(
      runTwin(name, operands, run.sizes),
      await runShader(pipelines, name, { ...run, operands }),
    )
    return Object.entries(errors).filter(
      ([operand, error]) => !(error < TOLERANCE[storage]) && !(run.inPlace && operand === 'dy'),
    )
  }

  it.each(BOTH_WAYS)(
    '%s computes what its formula says, and writes nowhere else (for processors: %s)',
    async (name, software) => {
      const pipelines = await loadShaders(device, [name], { software, storage })
      for (const [seed, sizes] of SIZES[name].entries()) {
        expect({ sizes, wrong: await wrong(pipelines, name, { sizes }, seed) }).toEqual({ sizes, wrong: [] })
      }
    },
  )

  it.each(['reluGradient', 'batchNormGradient', 'gateGradient'] as const)(
    '%s computes it in place of dy',
    async (name) => {
      const pipelines = await loadShaders(device, [name], { storage })
      for (const sizes of SIZES[name]) {
        expect({ sizes, wrong: await wrong(pipelines, name, { sizes, inPlace: true }) }).toEqual({ sizes, wrong: [] })
      }
    },
  )
})

/** Numbers up to 2 with no more bits than float16 has. */
function exactInFloat16(operands: Arrays): Arrays {
  const rounded = (values: Float64Array) => values.map((value) => Math.round(value * 1024) / 1024)
  return Object.fromEntries(Object.entries(operands).map(([name, values]) => [name, rounded(values)]))
}
