import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Signature } from './prelude.ts'
import { add, relu, reluGradient } from './shaders/elementwise.ts'
import type { KernelShader, Shader } from './shaders/shader.ts'

/** A shader per row of `KERNELS`. */
export const SHADERS = { add, relu, reluGradient } satisfies { readonly [K in Kernel]?: KernelShader<K> }

export type ShaderName = keyof typeof SHADERS

export function shaderOf(name: ShaderName): Shader {
  return SHADERS[name]
}

export function signatureOf(name: ShaderName): Signature {
  const { reads, writes, sizes } = KERNELS[name]
  return { operands: [...reads, ...writes], sizes }
}
