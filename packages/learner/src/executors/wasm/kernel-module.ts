import { kernelBytes } from '#kernels'

let loading: Promise<WebAssembly.Module> | undefined

/** Compiles the kernels, once per thread. */
export function loadKernels(): Promise<WebAssembly.Module> {
  return (loading ??= kernelBytes().then((bytes) => WebAssembly.compile(bytes)))
}
