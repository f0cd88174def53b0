import { readFile } from 'node:fs/promises'
import type { KernelBuild } from './kernel-module.ts'

const FILES = { plain: 'kernels.wasm', relaxed: 'kernels-relaxed.wasm' }

/** The kernels' WebAssembly binary. Throws an `Error` that says how to build it when it is not there. */
export async function kernelBytes(build: KernelBuild): Promise<BufferSource> {
  try {
    return Uint8Array.from(await readFile(new URL(`../../../dist/${FILES[build]}`, import.meta.url)))
  } catch (cause) {
    throw new Error('The WebAssembly kernels are not built: run `npm run kernels`.', { cause })
  }
}
