/** The part of an ONNX graph that tells what becomes of the images. */
export interface OnnxGraph {
  /** In an order in which every node follows its inputs. */
  readonly nodes: readonly OnnxNode[]
  /** Names of what is fed, without initialisers. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly opset: number
}

export interface OnnxNode {
  readonly op: string
  /** An input that is left out has an empty name. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
}

export type OnnxAttribute = number | string | readonly number[]
