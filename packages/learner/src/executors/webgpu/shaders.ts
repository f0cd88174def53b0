import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Signature } from './prelude.ts'
import { batchNorm, batchNormGradient, batchNormInference } from './shaders/batch-norm.ts'
import { conv, convInputGradient, convWeightGradient } from './shaders/conv.ts'
import { depthwiseWeightGradient } from './shaders/depthwise-weights.ts'
import { depthwise, depthwiseInputGradient } from './shaders/depthwise.ts'
import { add, relu, reluGradient } from './shaders/elementwise.ts'
import { emit, take } from './shaders/exchange.ts'
import { gate, gateFactors, gateGradient, gateWeightGradient } from './shaders/gate.ts'
import { generalisedMean, generalisedMeanGradient } from './shaders/generalised-mean.ts'
import { adam, sgd, squares } from './shaders/optimisers.ts'
import { globalAverage, globalAverageGradient } from './shaders/pixel-sums.ts'
import { place } from './shaders/place.ts'
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from './shaders/pooling.ts'
import { biasedProduct, biasGradient, product, productInputGradient, productWeightGradient } from './shaders/product.ts'
import type { KernelShader, Shader } from './shaders/shader.ts'

/** A shader per row of `KERNELS`. */
const KERNEL_SHADERS = {
  product,
  biasedProduct,
  productInputGradient,
  productWeightGradient,
  biasGradient,
  conv,
  convInputGradient,
  convWeightGradient,
  batchNorm,
  batchNormInference,
  batchNormGradient,
  add,
  relu,
  reluGradient,
  depthwise,
  depthwiseInputGradient,
  depthwiseWeightGradient,
  maxPool,
  maxPoolGradient,
  averagePool,
  averagePoolGradient,
  globalAverage,
  globalAverageGradient,
  generalisedMean,
  generalisedMeanGradient,
  gateFactors,
  gate,
  gateGradient,
  gateWeightGradient,
} satisfies { readonly [K in Kernel]: KernelShader<K> | readonly KernelShader<K>[] }

/** What a session runs beside its plan. */
const SESSION_SHADERS = { place, emit, take, squares, sgd, adam }

/** Operands and sizes of these, as `KERNELS` has them. Flat buffers need no operands. */
const DECLARATIONS: Readonly<Record<keyof typeof SESSION_SHADERS, Signature>> = {
  place: { operands: ['crops', 'placements', 'images'], sizes: ['batch', 'height', 'width'] },
  emit: { operands: ['values'], sizes: ['count'] },
  take: { operands: ['values'], sizes: ['count'] },
  squares: { operands: [], sizes: ['weights'] },
  sgd: { operands: [], sizes: ['weights', 'statistics', 'clip'] },
  adam: { operands: [], sizes: ['weights', 'statistics', 'clip'] },
}

export const SHADERS = { ...KERNEL_SHADERS, ...SESSION_SHADERS }

export type ShaderName = keyof typeof SHADERS

export function shadersOf(name: ShaderName): readonly Shader[] {
  return [SHADERS[name]].flat()
}

export function declarationOf(name: ShaderName): Signature {
  if (isSessions(name)) return DECLARATIONS[name]
  const { reads, writes, sizes } = KERNELS[name]
  return { operands: [...reads, ...writes], sizes }
}

function isSessions(name: ShaderName): name is keyof typeof SESSION_SHADERS {
  return name in SESSION_SHADERS
}
