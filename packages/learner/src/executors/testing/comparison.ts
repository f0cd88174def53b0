/** Random operands for a kernel, and what its twin makes of them: every executor's kernels are compared with that. */
import { KERNELS, type Kernel } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { TWINS } from './twins.ts'

export type Arrays = Readonly<Record<string, Float64Array>>

/** An operand of each name, of the size that the kernel's twin wants; exact in float32. */
export function drawOperands(kernel: Kernel, sizes: Readonly<Record<string, number>>, seed: number): Arrays {
  const { reads, writes } = KERNELS[kernel]
  const needs = twinOf(kernel).needs(sizes)
  const random = rng(seed, kernel)
  const operands: Record<string, Float64Array> = {}
  // A ceiling is at least 1.
  const reach = 'ceiling' in sizes ? 2 : 1
  for (const name of [...reads, ...writes]) {
    const positive = name === 'variance' || name === 'saved'
    operands[name] = Float64Array.from({ length: needs[name] }, () => {
      const value = random.between(-reach, reach)
      return Math.fround(positive ? Math.abs(value) + 0.1 : value)
    })
  }
  // Their gradients look for where the result came from.
  if (kernel === 'maxPoolGradient') twinOf('maxPool').run(operands, sizes)
  if (kernel === 'generalisedMeanGradient') twinOf('generalisedMean').run(operands, sizes)
  return operands
}

/** The operands as the kernel's twin leaves them. */
export function runTwin(kernel: Kernel, operands: Arrays, sizes: Readonly<Record<string, number>>): Arrays {
  const copies = Object.fromEntries(Object.entries(operands).map(([name, values]) => [name, values.slice()]))
  twinOf(kernel).run(copies, sizes)
  return copies
}

/** The largest error of each operand, relative to its largest value or to 1. */
export function largestErrors(
  expected: Arrays,
  actual: Readonly<Record<string, ArrayLike<number>>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(expected).map(([name, values]) => {
      const scale = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1)
      const error = (value: number, i: number) => Math.abs(value - actual[name][i]) / scale
      return [name, values.reduce((max, value, i) => Math.max(max, error(value, i)), 0)]
    }),
  )
}

interface NamelessTwin {
  needs(sizes: Readonly<Record<string, number>>): Readonly<Record<string, number>>
  run(operands: Arrays, sizes: Readonly<Record<string, number>>): void
}

/** One kernel's names are not another's: here they are only names. */
function twinOf(kernel: Kernel): NamelessTwin {
  return TWINS[kernel]
}
