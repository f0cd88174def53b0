import type { Tensor } from '@passerby/weights'
import { table } from '../terminal/table.ts'
import { readForeignFile } from './foreign-file.ts'

/** The tensors of a file as a table. Throws `LabError`. */
export async function showWeights(path: string): Promise<string> {
  const { format, tensors, leftOut, metadata, graph } = await readForeignFile(path)
  const values = tensors.reduce((sum, tensor) => sum + tensor.values.length, 0)
  const operators = graph ? `, ${graph.nodes.length} operators of opset ${graph.opset}` : ''
  return [
    table(['tensor', 'shape', 'values', 'smallest', 'largest'], tensors.map(tensorRow)),
    `${format}: ${tensors.length} tensors, ${values} values${operators}`,
    ...[...metadata].map(([key, value]) => `${key}: ${value}`),
    ...(leftOut.length === 0
      ? []
      : [`${leftOut.length} that are not floating-point: ${leftOut.slice(0, 5).join(', ')}`]),
  ].join('\n')
}

function tensorRow({ name, shape, values }: Tensor) {
  const extremes = [Math.min, Math.max].map((choose) => values.reduce((a, b) => choose(a, b), values[0] ?? NaN))
  return [name, shape.join('×') || 'scalar', values.length, ...extremes.map((value) => value.toPrecision(4))]
}
