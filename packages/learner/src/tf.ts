/**
 * The only module that imports TensorFlow.js. `@tensorflow/tfjs` registers every gradient; the WebAssembly and
 * WebGPU backends register themselves beside its cpu backend, which is for tests alone.
 */
import * as tf from '@tensorflow/tfjs'
import { BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

export { BackendWasm, setWasmPaths, tf, WebGPUBackend }
