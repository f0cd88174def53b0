/** Where a page finds the WebAssembly binaries: beside its bundle, by Vite's asset imports. Node finds them itself. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { setWasmPaths } from '../tf.ts'

/** Call in a page or worker before the wasm backend starts. */
export function locateWasmFiles(): void {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    // Asked for by name, never loaded: `useBackend` switches threads off.
    'tfjs-backend-wasm-threaded-simd.wasm': simd,
  })
}
