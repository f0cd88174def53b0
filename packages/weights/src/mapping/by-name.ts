import { type Backbone, parametersOf } from '@passerby/backbones'
import type { Tensor } from '../tensors.ts'
import type { Assignment } from './assignment.ts'
import { channelsLast, depthwiseFilters, pytorchLayout } from './layouts.ts'
import type { WrongShape } from './misfits.ts'

/** Prefix of every name in a checkpoint of `DataParallel`. */
const PARALLEL_PREFIX = 'module.'

/** Steps seen by a batch norm; nothing depends on it where the momentum is fixed. */
const COUNTER = /(^|\.)num_batches_tracked$/

/** Parameters by the names that they have here, which are PyTorch's, in the layout that is ours or PyTorch's. */
export function byName(backbone: Backbone, tensors: readonly Tensor[], layout: 'ours' | 'pytorch'): Assignment {
  const parallel = tensors.every(({ name }) => name.startsWith(PARALLEL_PREFIX))
  const held = new Map(
    tensors.map((tensor) => [parallel ? tensor.name.slice(PARALLEL_PREFIX.length) : tensor.name, tensor]),
  )
  const depthwise = depthwiseFilters(backbone)
  const values = new Map<string, Float32Array>()
  const shapes: WrongShape[] = []
  for (const parameter of parametersOf(backbone)) {
    const { name } = parameter
    const tensor = held.get(name)
    if (!tensor) continue
    held.delete(name)
    const there = pytorchLayout(parameter, depthwise)
    const expected = layout === 'ours' ? parameter.shape : there.shape
    if (expected.join() !== tensor.shape.join())
      shapes.push({ parameter: name, tensor: tensor.name, expected, found: tensor.shape })
    else values.set(name, layout === 'ours' ? tensor.values : channelsLast(tensor.values, there.axes))
  }
  const unexpected = [...held.keys()].filter((name) => !COUNTER.test(name))
  return { values, shapes, unexpected }
}
