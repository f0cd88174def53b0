import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readModelFile } from './read-model-file.ts'
import { readSafetensors } from './safetensors.ts'

function file(header: object, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header))
  return Uint8Array.from([...new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer), ...json, ...data])
}

const half = { dtype: 'F16', shape: [2], data_offsets: [0, 4] }
const bytes = new Uint8Array([...new Uint8Array(Uint16Array.of(0x3c00, 0xc100).buffer), 1, 2, 3, 4, 5, 6, 7, 8])

test('halves are read as floats, integers are left out, metadata is told', () => {
  const counter = { dtype: 'I64', shape: [1], data_offsets: [4, 12] }
  expect(readModelFile(file({ __metadata__: { a: 'b' }, half, counter }, bytes))).toEqual({
    format: 'safetensors',
    tensors: [{ name: 'half', shape: [2], values: Float32Array.of(1, -2.5) }],
    leftOut: ['counter'],
    metadata: new Map([['a', 'b']]),
  })
})

test('halves cover subnormal numbers and what is no number', () => {
  const halves = { x: { dtype: 'F16', shape: [4], data_offsets: [0, 8] } }
  const data = new Uint8Array(Uint16Array.of(0x0001, 0x7c00, 0xfc00, 0x7e00).buffer)
  expect([...(readSafetensors(file(halves, data)).tensors[0]?.values ?? [])]).toEqual([
    2 ** -24,
    Infinity,
    -Infinity,
    NaN,
  ])
})

test.each([
  [{ a: half, b: { ...half, data_offsets: [2, 6] } }, "'b' overlaps another tensor"],
  [{ a: { ...half, shape: [3] } }, "'a' does not fit its shape 3"],
  [{ a: { ...half, data_offsets: [0, 400] } }, "'a' lies outside the file"],
  [{ a: { ...half, shape: [-2] } }, "'a' has no valid type, shape or offsets"],
])('a wrong header is refused in words', (header, message) => {
  expect(() => readSafetensors(file(header, bytes))).toThrow(message)
})

test('any byte may be wrong, and the file may end anywhere', () => {
  const whole = file({ half }, bytes)
  const readOrRefuse = (changed: Uint8Array) => {
    try {
      readSafetensors(changed)
    } catch (error) {
      expect(String(error)).toMatch(/^RangeError: safetensors: /)
    }
  }
  for (let length = 0; length < whole.length; length++) readOrRefuse(whole.subarray(0, length))
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const changed = Uint8Array.from(whole)
      changed[at] = byte
      readOrRefuse(changed)
    }),
    { numRuns: 2000 },
  )
})
