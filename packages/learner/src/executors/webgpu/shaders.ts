import type { Kernel } from '@passerby/backbones'
import { add, relu, reluGradient } from './shaders/elementwise.ts'
import type { KernelShader } from './shaders/shader.ts'

/** A shader per row of `KERNELS`. */
export const SHADERS = { add, relu, reluGradient } satisfies { readonly [K in Kernel]?: KernelShader<K> }
