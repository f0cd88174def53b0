import { params } from '@passerby/federation'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

const model = params(
  [
    { name: 'conv1.weight', shape: [1, 2], role: 'weight' },
    { name: 'bn.running_mean', shape: [2], role: 'statistic' },
    { name: 'größe', shape: [], role: 'statistic' },
  ],
  Float32Array.of(1, -2.5, 3, 4, 5),
)

test('the bytes are those of the format: aligned header, little-endian float32 in order', () => {
  const file = encodeSafetensors(model)
  const headerBytes = new DataView(file.buffer).getUint32(0, true)
  expect((8 + headerBytes) % 8).toBe(0)
  const header = JSON.parse(String.fromCharCode(...file.subarray(8, 8 + headerBytes)))
  expect(header['conv1.weight']).toEqual({ dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] })
  expect(header['größe']).toEqual({ dtype: 'F32', shape: [], data_offsets: [16, 20] })
  expect([...file.subarray(8 + headerBytes, 12 + headerBytes)]).toEqual([0, 0, 0x80, 0x3f])
})

test('what was written is read again, roles and metadata too', () => {
  const { params: read, metadata } = decodeSafetensors(encodeSafetensors(model, { round: '7' }))
  expect(read).toEqual(model)
  expect(metadata.round).toBe('7')
})

test('a file of other origin names its statistics by convention', () => {
  const header = { 'a.running_var': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }
  expect(decodeSafetensors(file(header, new Uint8Array(4))).params.layout).toEqual([
    { name: 'a.running_var', shape: [1], role: 'statistic' },
  ])
})

test('a local parameter is never written', () => {
  expect(() => encodeSafetensors(params([{ name: 'head', shape: [1], role: 'local' }], Float32Array.of(1)))).toThrow(
    "'head' is local",
  )
})

const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }
test.each<[string, Uint8Array]>([
  ['shorter than its own header', new Uint8Array(4)],
  ['not plausible', Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0)],
  ['not JSON', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b])],
  ['not an object', file([], new Uint8Array(0))],
  ['is F16; convert it to F32', file({ w: { ...one, dtype: 'F16' } }, new Uint8Array(4))],
  ['does not fit its shape', file({ w: { ...one, shape: [2] } }, new Uint8Array(4))],
  ['no valid shape or offsets', file({ w: { ...one, shape: [-1] } }, new Uint8Array(4))],
  ['overlaps another tensor', file({ a: one, b: one }, new Uint8Array(4))],
  ['belong to no tensor', file({ w: one }, new Uint8Array(8))],
])('refuses a file: %s', (message, bytes) => {
  expect(() => decodeSafetensors(bytes)).toThrow(message)
})

test('whatever bytes are given, the answer is parameters or a RangeError', () => {
  const valid = encodeSafetensors(model)
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length), (at, byte, cut) => {
      const damaged = valid.slice(0, Math.max(at + 1, cut))
      damaged[at] = byte
      try {
        decodeSafetensors(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
  )
})

function file(header: unknown, data: Uint8Array): Uint8Array {
  const json = JSON.stringify(header)
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  for (let i = 0; i < json.length; i++) bytes[8 + i] = json.charCodeAt(i)
  bytes.set(data, 8 + json.length)
  return bytes
}
