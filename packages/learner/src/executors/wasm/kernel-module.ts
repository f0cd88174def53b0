import { kernelBytes } from '#kernels'

/** `relaxed` multiplies and adds in one instruction, which only newer engines have. */
export type KernelBuild = 'plain' | 'relaxed'

let loading: Promise<WebAssembly.Module> | undefined

/** Compiles the kernels, once per thread: the fastest build that runs here. */
export function loadKernels(): Promise<WebAssembly.Module> {
  return (loading ??= compileFastest())
}

async function compileFastest(): Promise<WebAssembly.Module> {
  const relaxed = await kernelBytes('relaxed')
  return WebAssembly.compile(WebAssembly.validate(relaxed) ? relaxed : await kernelBytes('plain'))
}
