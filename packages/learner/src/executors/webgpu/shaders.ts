import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Signature } from './prelude.ts'
import { depthwiseWeightGradient } from './shaders/depthwise-weights.ts'
import { depthwise, depthwiseInputGradient } from './shaders/depthwise.ts'
import { add, relu, reluGradient } from './shaders/elementwise.ts'
import { globalAverage, globalAverageGradient } from './shaders/pixel-sums.ts'
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from './shaders/pooling.ts'
import type { KernelShader, Shader } from './shaders/shader.ts'

/** A shader per row of `KERNELS`. */
export const SHADERS = {
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
} satisfies { readonly [K in Kernel]?: KernelShader<K> }

export type ShaderName = keyof typeof SHADERS

export function shaderOf(name: ShaderName): Shader {
  return SHADERS[name]
}

export function signatureOf(name: ShaderName): Signature {
  const { reads, writes, sizes } = KERNELS[name]
  return { operands: [...reads, ...writes], sizes }
}
