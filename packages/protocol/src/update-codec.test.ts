import type { Layout } from '@passerby/federation'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUpdate, encodeUpdate, updateBytes } from './update-codec.ts'

const layout: Layout = [{ name: 'w', shape: [3], role: 'weight' }]
const update = { values: Float32Array.of(1, -2, 0.5), weight: 205 }

test('U6: the length follows from the layout alone', () => {
  expect(encodeUpdate(layout, update)).toHaveLength(28)
  expect(updateBytes(layout)).toBe(28)
})

test('U6: any finite update is read as it was written', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 3, maxLength: 3, noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      (values, weight) => {
        expect(decodeUpdate(layout, encodeUpdate(layout, { values, weight }))).toEqual({ values, weight })
      },
    ),
  )
})

test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
  ['29 bytes, the layout needs 28', (bytes) => new Uint8Array([...bytes, 0])],
  ['not an encoded update', (bytes) => bytes.fill(0, 0, 4)],
  ['not an encoded update', (bytes) => bytes.fill(1, 4, 8)],
  ['the weight is not a positive number', (bytes) => bytes.fill(0, 8, 16)],
  ['a value is not finite', (bytes) => bytes.fill(0xff, 16, 20)],
])('U6: refuses %s', (message, damage) => {
  expect(() => decodeUpdate(layout, damage(encodeUpdate(layout, update)))).toThrow(message)
})

test('a local parameter cannot be encoded', () => {
  expect(() => encodeUpdate([{ name: 'head', shape: [3], role: 'local' }], update)).toThrow("'head' is local")
})
