import type { KERNELS, Kernel } from '@passerby/backbones'

type Names<K extends Kernel, Part extends 'reads' | 'writes' | 'sizes'> = (typeof KERNELS)[K][Part][number]

/** A kernel in double precision: how many numbers each operand has, and what it writes. */
export interface Twin<K extends Kernel> {
  needs(sizes: Sizes<K>): Record<Names<K, 'reads' | 'writes'>, number>
  run(operands: Operands<K>, sizes: Sizes<K>): void
}
type Sizes<K extends Kernel> = Record<Names<K, 'sizes'>, number>
type Operands<K extends Kernel> = Record<Names<K, 'reads' | 'writes'>, Float64Array>
