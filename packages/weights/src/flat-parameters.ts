import { type Backbone, type Parameter, parametersOf, parameterSize } from '@passerby/backbones'

export interface HeldParameter {
  readonly parameter: Parameter
  /** A view of the flat buffer. */
  readonly values: Float32Array
}

/** A backbone's flat parameters one by one. Throws `RangeError` when there are not as many values as it has. */
export function heldParameters(backbone: Backbone, flat: Float32Array): readonly HeldParameter[] {
  let offset = 0
  const held = parametersOf(backbone).map((parameter) => {
    const values = flat.subarray(offset, offset + parameterSize(parameter))
    offset += parameterSize(parameter)
    return { parameter, values }
  })
  if (offset === flat.length) return held
  throw new RangeError(`heldParameters: '${backbone.name}' has ${offset} values, these are ${flat.length}`)
}

/** Little-endian, as every format here has them. */
export function bytesOf(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true)
  return bytes
}
