import type { Layout, Params } from '@passerby/federation'
import { encodeSafetensors } from '@passerby/protocol'

/** A model of a few values: one weight and the statistics of a batch norm. */
export const smallLayout: Layout = [
  { name: 'stem.weight', shape: [2, 3], role: 'weight' },
  { name: 'stem.running_mean', shape: [3], role: 'statistic' },
]

/** 280,016 bytes as an update: two chunks. */
export const twoChunkLayout: Layout = [
  { name: 'stem.weight', shape: [700, 99], role: 'weight' },
  { name: 'stem.running_mean', shape: [700], role: 'statistic' },
]

export function filled(layout: Layout, value: number): Params {
  const size = layout.reduce((total, { shape }) => total + shape.reduce((product, one) => product * one, 1), 0)
  return { layout, values: new Float32Array(size).fill(value) }
}

/** `salt` makes a file of its own hash. */
export function modelFile(layout: Layout, salt = ''): Uint8Array {
  return encodeSafetensors(filled(layout, 0), { salt })
}
