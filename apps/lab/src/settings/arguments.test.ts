import { expect, test } from 'vitest'
import { number, size, whole } from './arguments.ts'

test('whole numbers and numbers keep their bounds', () => {
  expect(whole(1, 10)('10')).toBe(10)
  expect(number(0, 1)('.05')).toBe(0.05)
  for (const bad of ['', ' ', '0', '11', '1.5', 'ten']) expect(() => whole(1, 10)(bad)).toThrow('from 1 to 10')
  for (const bad of ['', '1.01', '-0.1', 'x']) expect(() => number(0, 1)(bad)).toThrow('from 0 to 1')
})

test('a size is height by width in multiples of 16', () => {
  expect(size('64x32')).toEqual({ height: 64, width: 32 })
  for (const bad of ['64', '64X32', '65x32', '8x16', '64x32x3', '1024x512']) expect(() => size(bad)).toThrow('128x64')
})
