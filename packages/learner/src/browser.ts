export { locateWasmFiles } from './backend/wasm-files.ts'
