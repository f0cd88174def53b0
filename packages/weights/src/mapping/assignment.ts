import type { WrongShape } from './misfits.ts'

/** One way to understand a file's tensors as a backbone's parameters. */
export interface Assignment {
  /** By parameter name, in the backbone's layout. */
  readonly values: ReadonlyMap<string, Float32Array>
  /** Names of the file's tensors that no parameter takes. */
  readonly unexpected: readonly string[]
  readonly shapes: readonly WrongShape[]
  /** Where a graph stops being the backbone's. */
  readonly broken?: string
}
