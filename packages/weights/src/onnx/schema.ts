/** Field numbers and values of onnx.proto, as far as they are read or written here. */
export const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14 } as const
export const OPSET = { domain: 1, version: 2 } as const
export const ENTRY = { key: 1, value: 2 } as const
export const GRAPH = { node: 1, name: 2, initialiser: 5, input: 11, output: 12 } as const
export const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const
export const ATTRIBUTE = { name: 1, float: 2, integer: 3, text: 4, tensor: 5, integers: 8, type: 20 } as const
export const TENSOR = {
  dimension: 1,
  type: 2,
  floats: 4,
  integers32: 5,
  name: 8,
  raw: 9,
  doubles: 10,
  location: 14,
} as const
export const VALUE = { name: 1, type: 2 } as const
export const TYPE = { tensor: 1 } as const
export const TENSOR_TYPE = { element: 1, shape: 2 } as const
export const SHAPE = { dimension: 1 } as const
export const DIMENSION = { value: 1, parameter: 2 } as const

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { float: 1, integer: 2, integers: 7 } as const

/** `TensorProto.DataType`. */
export const ELEMENT = { float: 1, integer64: 7, half: 10, double: 11, bfloat: 16 } as const
