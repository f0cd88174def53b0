import type { ModelFile } from './model-file.ts'
import { readOnnx } from './onnx/read.ts'
import { readPytorch } from './pytorch/read.ts'
import { readSafetensors } from './safetensors.ts'

/** Reads a file, whose kind its first bytes tell. Throws `RangeError` that says what is wrong with it. */
export function readModelFile(file: Uint8Array): ModelFile {
  // After the header's length, a JSON object.
  if (file[8] === 0x7b) return readSafetensors(file)
  // A zip archive's first entry; a pickle of protocol 2 and up.
  if (startsWith(file, [0x50, 0x4b, 0x03, 0x04]) || startsWith(file, [0x80])) return readPytorch(file)
  // ir_version, the first field of an ONNX model.
  if (startsWith(file, [0x08])) return readOnnx(file)
  throw new RangeError('the file is neither safetensors, ONNX nor a PyTorch checkpoint')
}

function startsWith(file: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => file[index] === byte)
}
