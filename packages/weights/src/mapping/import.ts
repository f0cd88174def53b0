/** Brings the tensors of a file into a backbone's flat parameters: by name, or along the graph of an ONNX file. */
import { type Backbone, parametersOf, parameterSize } from '@passerby/backbones'
import type { ModelFile } from '../model-file.ts'
import { alongGraph } from './along-graph.ts'
import { byKerasName } from './by-keras-name.ts'
import { byName } from './by-name.ts'
import type { Assignment } from './assignment.ts'
import type { Misfits } from './misfits.ts'

export interface Import {
  /** Flat, in `parametersOf` order; what the file does not have is `initial`'s. */
  readonly values: Float32Array
  /** Parameters that the file gave. */
  readonly taken: number
  readonly misfits: Misfits
}

/**
 * The parameters of `backbone` from `file`, in the way in which the most of them fit. Throws `RangeError` unless
 * `initial` has the backbone's size.
 */
export function importParameters(backbone: Backbone, file: ModelFile, initial: Float32Array): Import {
  const parameters = parametersOf(backbone)
  const size = parameters.reduce((sum, parameter) => sum + parameterSize(parameter), 0)
  if (initial.length !== size)
    throw new RangeError(
      `importParameters: '${backbone.name}' has ${size} values, the initial ones are ${initial.length}`,
    )
  const { values: found, unexpected, shapes, broken } = bestOf(assignments(backbone, file))
  const values = Float32Array.from(initial)
  const missing: string[] = []
  const misshapen = new Set(shapes.map(({ parameter }) => parameter))
  let offset = 0
  for (const parameter of parameters) {
    const part = found.get(parameter.name)
    if (part) values.set(part, offset)
    else if (!misshapen.has(parameter.name)) missing.push(parameter.name)
    offset += parameterSize(parameter)
  }
  return { values, taken: found.size, misfits: { missing, unexpected, shapes, ...(broken && { broken }) } }
}

function assignments(backbone: Backbone, file: ModelFile): readonly Assignment[] {
  const pytorch = byName(backbone, file.tensors, 'pytorch')
  if (file.format === 'safetensors')
    return [byName(backbone, file.tensors, 'ours'), pytorch, byKerasName(backbone, file.tensors)]
  return file.graph ? [alongGraph(backbone, file.graph, file.tensors), pytorch] : [pytorch]
}

function bestOf([first, ...others]: readonly Assignment[]): Assignment {
  return others.reduce((best, other) => (other.values.size > best.values.size ? other : best), first)
}
