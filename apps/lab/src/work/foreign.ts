/** What a file seems to be that is no model of ours, and how it becomes one. */
import { isBackboneName } from '@passerby/backbones'
import { type ModelFile, readModelFile } from '@passerby/weights'

/** A sentence's end for whoever took another tool's file for a model of ours; `undefined` where it is no such file. */
export function importAdvice(file: string, bytes: Uint8Array): string | undefined {
  const found = modelFileIn(bytes)
  if (!found || found.tensors.length < 2) return undefined
  const named = found.metadata.get('backbone')
  const backbone = named !== undefined && isBackboneName(named) ? named : '<its network>'
  return `it seems to be ${kindOf(found)}: make a model of it with\n  lab weights import ${file} --backbone ${backbone} --out model.safetensors`
}

function modelFileIn(bytes: Uint8Array): ModelFile | undefined {
  try {
    return readModelFile(bytes)
  } catch {
    return undefined
  }
}

function kindOf({ format, tensors }: ModelFile): string {
  if (format === 'onnx') return 'an ONNX file'
  if (format === 'pytorch') return 'a PyTorch checkpoint'
  return tensors.some(({ name }) => /(?:^|\/)(?:kernel|gamma|moving_mean)(?::0)?$/.test(name))
    ? 'weights of Keras'
    : 'a PyTorch state dict'
}
