import { describe, expect, it } from 'vitest'
import { drawOperands, largestErrors, runTwin } from '../testing/comparison.ts'
import { shadersOf, type KernelShaderName } from './shaders.ts'
import { loadShaders, openDevice, runShader } from './testing/run-shader.ts'

type Sizes = Readonly<Record<string, number>>

const MAPS = [
  { batch: 2, height: 5, width: 3, channels: 5 },
  { batch: 3, height: 8, width: 4, channels: 20 },
  { batch: 9, height: 2, width: 2, channels: 36 },
]
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
]

const NORMS = [
  { rows: 2, channels: 3, relu: 0 },
  { rows: 300, channels: 20, relu: 1 },
  { rows: 2100, channels: 5, relu: 1 },
  { rows: 2500, channels: 20, relu: 0 },
]

/** Odd and even shapes: some by fours, some not, some of more than one workgroup. */
const SIZES: { readonly [Name in KernelShaderName]: readonly Sizes[] } = {
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
  add: [
    { count: 67, relu: 0 },
    { count: 1200, relu: 1 },
  ],
  relu: [{ count: 67 }, { count: 1200 }],
  reluGradient: [{ count: 67 }, { count: 1200 }],
  depthwise: MAPS,
  depthwiseInputGradient: MAPS,
  depthwiseWeightGradient: MAPS,
  maxPool: MAXIMA,
  maxPoolGradient: MAXIMA,
  averagePool: AVERAGES,
  averagePoolGradient: AVERAGES,
  globalAverage: [
    { batch: 3, pixels: 35, channels: 5 },
    { batch: 2, pixels: 8, channels: 36 },
  ],
  globalAverageGradient: [
    { batch: 3, pixels: 35, channels: 5, accumulate: 0 },
    { batch: 2, pixels: 8, channels: 36, accumulate: 1 },
  ],
  gateFactors: GATES,
  gate: [
    { batch: 3, pixels: 35, channels: 5, accumulate: 1 },
    { batch: 2, pixels: 8, channels: 36, accumulate: 0 },
  ],
  gateGradient: GATES,
  gateWeightGradient: GATES,
}

/** Where a kernel has a shader for workgroup memory, the one for processors too. */
const BOTH_WAYS = (Object.keys(SIZES) as KernelShaderName[]).flatMap((name) => {
  const plain = { title: name, name, software: true }
  if (!shadersOf(name).some((shader) => shader.inWorkgroupMemory)) return [plain]
  return [plain, { title: `${name} in workgroup memory`, name, software: false }]
})

const device = await openDevice()

describe('every WebGPU kernel computes what its formula says, and writes nowhere else', { timeout: 60_000 }, () => {
  it.each(BOTH_WAYS)('$title', async ({ name, software }) => {
    const pipelines = await loadShaders(device, [name], software)
    for (const [seed, sizes] of SIZES[name].entries()) {
      const operands = drawOperands(name, sizes, seed)
      const errors = largestErrors(
        runTwin(name, operands, sizes),
        await runShader(pipelines, name, { operands, sizes }),
      )
      const wrong = Object.entries(errors).filter(([, error]) => !(error < 1e-5))
      expect({ sizes, wrong }).toEqual({ sizes, wrong: [] })
    }
  })
})
