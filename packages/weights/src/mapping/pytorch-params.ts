import type { Backbone } from '@passerby/backbones'
import type { Params } from '@passerby/federation'
import { heldParameters } from '../flat-parameters.ts'
import { channelsFirst, depthwiseFilters, pytorchLayout } from './layouts.ts'

/**
 * Flat parameters as PyTorch's state dict of the same network has them: the same names, kernels OIHW, linear layers
 * `[output, input]`. Throws `RangeError` when the values are not as many as the backbone has.
 */
export function pytorchParams(backbone: Backbone, flat: Float32Array): Params {
  const depthwise = depthwiseFilters(backbone)
  const values = new Float32Array(flat.length)
  let offset = 0
  const layout = heldParameters(backbone, flat).map(({ parameter, values: part }) => {
    const { shape, axes } = pytorchLayout(parameter, depthwise)
    values.set(channelsFirst(part, axes), offset)
    offset += part.length
    return { name: parameter.name, shape, role: parameter.role }
  })
  return { layout, values }
}
