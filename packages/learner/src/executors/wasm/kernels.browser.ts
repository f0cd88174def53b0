/** A few kilobytes: they travel in the bundle, so that a page asks for nothing more. */
import plain from '../../../dist/kernels.wasm?url&inline'
import relaxed from '../../../dist/kernels-relaxed.wasm?url&inline'
import type { KernelBuild } from './kernel-module.ts'

/** The kernels' WebAssembly binary. */
export function kernelBytes(build: KernelBuild): Promise<BufferSource> {
  const dataUrl = { plain, relaxed }[build]
  const binary = atob(dataUrl.slice(dataUrl.indexOf(',') + 1))
  return Promise.resolve(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
}
