import type { OnnxGraph } from './onnx/graph.ts'
import type { Tensor } from './tensors.ts'

/** What a file of parameters holds. */
export interface ModelFile {
  readonly format: 'safetensors' | 'onnx' | 'pytorch'
  readonly tensors: readonly Tensor[]
  /** Names of tensors that hold no floating-point numbers. */
  readonly leftOut: readonly string[]
  readonly metadata: ReadonlyMap<string, string>
  /** What an ONNX file computes. */
  readonly graph?: OnnxGraph
}
