import { readFile } from 'node:fs/promises'

const file = new URL('../../../dist/kernels.wasm', import.meta.url)

/** The kernels' WebAssembly binary. Throws an `Error` that says how to build it when it is not there. */
export async function kernelBytes(): Promise<BufferSource> {
  try {
    return Uint8Array.from(await readFile(file))
  } catch (cause) {
    throw new Error('The WebAssembly kernels are not built: run `npm run kernels`.', { cause })
  }
}
