/** A few kilobytes: they travel in the bundle, so that a page asks for nothing more. */
import dataUrl from '../../../dist/kernels.wasm?url&inline'

/** The kernels' WebAssembly binary. */
export function kernelBytes(): Promise<BufferSource> {
  const binary = atob(dataUrl.slice(dataUrl.indexOf(',') + 1))
  return Promise.resolve(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
}
