import type { KERNELS, Kernel } from '@passerby/backbones'

/**
 * A kernel in WGSL, one or more passes in a row; `prelude.ts` says what their code finds declared. A shader that can take
 * four numbers at a time (`wide`) is compiled twice, its code the same: `LANES` is then 4 and `Lanes` is `vec4f`.
 */
export interface Shader<Size extends string = string> {
  /** Whether it serves these sizes; absent: all. A kernel may have several shaders, and the first that fits is taken. */
  fits?(sizes: Sizes<Size>): boolean
  /** Whether it lives from workgroup memory: left out where a processor plays the graphics card, which is slow at that. */
  readonly inWorkgroupMemory?: true
  /** Numbers that follow from the sizes, in `call` beside them. */
  readonly derived?: Readonly<Record<string, SizeFunction<Size>>>
  /** Numbers of `workspace` that its passes leave to each other; absent: none. */
  workspace?(sizes: Sizes<Size>): number
  /** Whether four numbers at a time go well with these sizes; absent: never. */
  wide?(sizes: Sizes<Size>): boolean
  readonly passes: readonly Pass<Size>[]
}

export interface Pass<Size extends string = string> {
  /**
   * WGSL with `@compute @workgroup_size(…) fn main(…)`: at most 256 invocations and 16 KiB of workgroup memory, no subgroups.
   */
  readonly code: string | ((lanes: LaneCount) => string)
  workgroups(sizes: Sizes<Size>, lanes: LaneCount): Workgroups
}

export type LaneCount = 1 | 4
export type Sizes<Size extends string> = Readonly<Record<Size, number>>
export type SizeFunction<Size extends string> = { of(sizes: Sizes<Size>): number }['of']
export type KernelShader<K extends Kernel> = Shader<(typeof KERNELS)[K]['sizes'][number]>

/** Along x, y and z; at most 65,535 each. A pass of none is left out. */
export type Workgroups = readonly [x: number, y?: number, z?: number]

/** Invocations of a workgroup that goes through numbers one by one. */
export const INVOCATIONS = 256

const MOST_WORKGROUPS = 65_535

/** One invocation for each of `count`, in workgroups of 256, where `indexOf(id, groups)` in WGSL counts them, or of others. */
export function oneForEach(count: number, invocations = INVOCATIONS): Workgroups {
  const groups = Math.ceil(count / invocations)
  const y = Math.ceil(groups / MOST_WORKGROUPS)
  return [Math.ceil(groups / y), y]
}
