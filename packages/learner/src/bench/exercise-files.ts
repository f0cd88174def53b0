import { parametersOf, parameterSize } from '@passerby/backbones'
import { placePixels } from '../data/pixels.ts'
import { CLASSES, exerciseOf, type ExerciseOptions } from './exercise.ts'

/** An exercise for a program that is not ours. */
export interface ExerciseFiles {
  /** A line of JSON, `[{ name, shape }, …]`, then the values in that order, float32 little-endian. */
  readonly values: Uint8Array
  /** The batches in turn, `[batches, size, height, width, 3]`, normalised, float32 little-endian. */
  readonly images: Uint8Array
}

export function exerciseFiles(options: ExerciseOptions): ExerciseFiles {
  const { backbone, parameters, head, pixels, batches } = exerciseOf(options)
  const entries = [
    ...parametersOf(backbone).map(({ name, shape }) => ({ name, shape })),
    { name: 'classifier.weight', shape: [options.embedding, CLASSES] },
    { name: 'classifier.bias', shape: [CLASSES] },
  ]
  const size = entries.reduce((sum, entry) => sum + parameterSize(entry), 0)
  if (size !== parameters.length + head.length) throw new RangeError('exerciseFiles: parameters without a name')
  const header = new TextEncoder().encode(`${JSON.stringify(entries)}\n`)
  return {
    values: joined([header, bytesOf(parameters), bytesOf(head)]),
    images: joined(batches.map(({ placements }) => bytesOf(placePixels(pixels, placements)))),
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength)

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
