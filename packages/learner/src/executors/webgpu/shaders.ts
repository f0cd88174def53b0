import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Signature } from './prelude.ts'
import { depthwiseWeightGradient } from './shaders/depthwise-weights.ts'
import { depthwise, depthwiseInputGradient } from './shaders/depthwise.ts'
import { add, relu, reluGradient } from './shaders/elementwise.ts'
import { gate, gateFactors, gateGradient, gateWeightGradient } from './shaders/gate.ts'
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
  gateFactors,
  gate,
  gateGradient,
  gateWeightGradient,
} satisfies { readonly [K in Kernel]?: KernelShader<K> | readonly KernelShader<K>[] }

export type ShaderName = keyof typeof SHADERS

export function shadersOf(name: ShaderName): readonly Shader[] {
  return [SHADERS[name]].flat()
}

export function declarationOf(name: ShaderName): Signature {
  const { reads, writes, sizes } = KERNELS[name]
  return { operands: [...reads, ...writes], sizes }
}
