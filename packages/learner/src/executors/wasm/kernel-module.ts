import { kernelBytes } from '#kernels'

let loading: Promise<WebAssembly.Module> | undefined
let loaded: WebAssembly.Module | undefined

/** Compiles the kernels, once per thread. */
export async function loadKernels(): Promise<WebAssembly.Module> {
  loading ??= kernelBytes().then((bytes) => WebAssembly.compile(bytes))
  loaded = await loading
  return loaded
}

/** The kernels, if `loadKernels` is done. */
export function loadedKernels(): WebAssembly.Module | undefined {
  return loaded
}
