import { IMAGES, type Backbone } from '@passerby/backbones'
import { expect, test } from 'vitest'
import { expectedMemory } from './expected-memory.ts'

test('activations of the batch twice and parameters four times, in float32', () => {
  const backbone: Backbone = {
    name: 'one layer',
    nodes: [
      {
        op: 'conv',
        name: 'conv',
        parameters: 'conv',
        input: IMAGES,
        channels: 2,
        kernel: 1,
        stride: 1,
        padding: 0,
        bias: false,
      },
    ],
  }
  // 4·4·3 + 4·4·2 = 80 activations per image, 3·2 = 6 parameters: 4 · (2 · 2 · 80 + 4 · 6) bytes.
  expect(expectedMemory(backbone, { height: 4, width: 4, batchSize: 2 })).toBe(1_376)
})
