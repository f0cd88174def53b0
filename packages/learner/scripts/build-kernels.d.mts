/** Builds `dist/kernels.wasm` unless it is newer than its sources; its path. Throws an `Error` with the compiler's messages. */
export function buildKernels(): Promise<string>
