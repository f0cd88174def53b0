/** Builds `dist/kernels*.wasm` unless they are newer than their sources. Throws an `Error` with the compiler's messages. */
export function buildKernels(): Promise<void>
