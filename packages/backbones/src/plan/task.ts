import { KERNELS, type Kernel, type OperandOf, type SizesOf, type Workspace } from './kernels.ts'

/**
 * Where an operand's numbers lie. `parameters` (weights, then running statistics), `gradient` (of the weights) and
 * `statistics` (of the batch) are flat in the order of `parametersOf`; `arena` is memory that the plan shares out: one
 * value there is one object. Offsets and sizes count float32 values.
 */
export interface Span {
  readonly region: 'arena' | 'parameters' | 'gradient' | 'statistics'
  /** For people. */
  readonly label: string
  readonly offset: number
  readonly size: number
}

/** A value that has no place in the arena yet. */
export interface Buffer {
  readonly region: 'unplaced'
  readonly label: string
  readonly size: number
}

export function unplaced(label: string, size: number): Buffer {
  return { region: 'unplaced', label, size }
}

/** One kernel call: its operands (reads, then writes with its workspace) and its sizes in the order of `KERNELS`. */
export interface Task<Operand = Span> {
  readonly kernel: Kernel
  /** The node that it works for. */
  readonly node: string
  readonly reads: readonly Operand[]
  readonly writes: readonly Operand[]
  readonly sizes: readonly number[]
  /** Whether it adds to the first operand that it writes. */
  readonly accumulates: boolean
}

export type Draft = Task<Span | Buffer>

/** Appends a kernel call, its operands and sizes given by name; its workspace comes by itself. */
export type Run = <K extends Kernel>(
  kernel: K,
  operands: Readonly<Record<OperandOf<K>, Span | Buffer>>,
  sizes: SizesOf<K>,
) => void

/** Kernel calls for one node go to the end of `tasks`. */
export function recordTo(tasks: Draft[], node: string, workspace: Workspace): Run {
  return (kernel, operands, sizes) => {
    const { reads, writes, sizes: order } = KERNELS[kernel]
    const own = Object.entries(workspace[kernel]?.(sizes) ?? {})
    tasks.push({
      kernel,
      node,
      reads: pick<Span | Buffer>(operands, reads),
      writes: [
        ...pick<Span | Buffer>(operands, writes),
        ...own.map(([name, size]) => unplaced(`${node}:${name}`, size)),
      ],
      sizes: pick<number>(sizes, order),
      accumulates: 'accumulate' in sizes && sizes.accumulate === 1,
    })
  }
}

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): readonly T[] {
  return names.map((name) => from[name])
}
