import { tf } from '../tf.ts'

/** TensorFlow.js kernels that only give data another shape or name. */
const RENAMING: ReadonlySet<string> = new Set(['Reshape', 'Identity', 'Cast', 'ExpandDims'])

export const computes = (kernel: string): boolean => !RENAMING.has(kernel)

/**
 * Shows `seen` every kernel that TensorFlow.js runs meanwhile, but those that compute nothing. Milliseconds are the call's
 * own, without kernels that it calls in turn; where a device computes later they are what asking for it takes.
 */
export function watchKernels(run: () => void, seen: (kernel: string, milliseconds: number) => void): void {
  const engine = tf.engine()
  // oxlint-disable-next-line typescript/unbound-method -- called with the engine as `this` below
  const own = engine.runKernel
  let inner = 0
  engine.runKernel = (...call: Parameters<typeof own>): never => {
    const before = inner
    inner = 0
    const started = performance.now()
    try {
      return own.apply(engine, call) as never
    } finally {
      const took = performance.now() - started
      if (computes(call[0])) seen(call[0], took - inner)
      inner = before + took
    }
  }
  try {
    run()
  } finally {
    engine.runKernel = own
  }
}
