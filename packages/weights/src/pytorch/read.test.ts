import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { floats, pickle, type Python, streamCheckpoint, tensor, zipCheckpoint } from '../../test/checkpoints.ts'
import { readModelFile } from '../read-model-file.ts'
import { readPytorch } from './read.ts'

const six = floats('0', 1, 2, 3, 4, 5, 6)
const matrix = tensor(six, { shape: [2, 3], strides: [3, 1] })
const weight = { name: 'fc.weight', shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }

describe.each([
  ['a zip archive', zipCheckpoint],
  ['a stream of before 1.6', streamCheckpoint],
])('%s', (_, checkpoint) => {
  test('gives the tensors of a state dict', () => {
    const file = checkpoint(new Map([['fc.weight', matrix]]), [six])
    expect(readModelFile(file)).toMatchObject({ format: 'pytorch', tensors: [weight], leftOut: [] })
  })

  test('gives the state dict within a checkpoint; what else is there is not looked into', () => {
    const rank: Python = { call: { name: ['numpy.core.multiarray', 'scalar'] }, with: [null, 'bytes'] }
    const value = new Map<string, Python>([
      ['epoch', 3],
      ['rank1', rank],
      ['state_dict', new Map([['fc.weight', matrix]])],
    ])
    expect(readPytorch(checkpoint(value, [six])).tensors).toEqual([weight])
  })

  test('is refused by name where it would run something', () => {
    const value: Python = { call: { name: ['posix', 'system'] }, with: ['true'] }
    expect(() => readPytorch(checkpoint(value, []))).toThrow("it holds 'posix.system', which is not rebuilt here")
  })

  test('of any length or with any byte changed is read or refused in words, and never larger than the file', () => {
    const file = checkpoint(
      new Map([
        ['a', matrix],
        ['b', tensor(six, { shape: [6], strides: [1] })],
      ]),
      [six],
    )
    for (let length = 0; length < file.length; length++)
      expect(valuesRead(file.subarray(0, length))).toBeLessThanOrEqual(length)
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(file)
        changed[at] = byte
        expect(valuesRead(changed)).toBeLessThanOrEqual(file.length)
      }),
      { numRuns: 3000 },
    )
  })
})

test('a transposed view, one that begins later and an empty one are gathered row by row', () => {
  const value = new Map([
    ['turned', tensor(six, { shape: [3, 2], strides: [1, 3] })],
    ['tail', tensor(six, { shape: [2], strides: [2], offset: 3 })],
    ['none', tensor(six, { shape: [0, 3], strides: [3, 1] })],
    ['scalar', tensor(six, { shape: [], strides: [], offset: 5 })],
  ])
  const { tensors } = readPytorch(zipCheckpoint(value, [six]))
  expect(tensors.map(({ values }) => [...values])).toEqual([[1, 4, 2, 5, 3, 6], [4, 6], [], [6]])
})

test('halves, doubles and bfloats become floats; integers are left out by name', () => {
  const stored = (key: string, type: string, bytes: Uint8Array) => ({ key, type, bytes, length: 2 })
  const storages = [
    stored('h', 'HalfStorage', new Uint8Array(Uint16Array.of(0x3c00, 0xc100).buffer)),
    stored('b', 'BFloat16Storage', new Uint8Array(Uint16Array.of(0x3f80, 0xc020).buffer)),
    stored('d', 'DoubleStorage', new Uint8Array(Float64Array.of(1, -2.5).buffer)),
    stored('l', 'LongStorage', new Uint8Array(BigInt64Array.of(1n, 2n).buffer)),
  ]
  const value = new Map(storages.map((storage) => [storage.key, tensor(storage, { shape: [2], strides: [1] })]))
  const { tensors, leftOut } = readPytorch(zipCheckpoint(value, storages))
  expect(tensors.map(({ values }) => [...values])).toEqual([
    [1, -2.5],
    [1, -2.5],
    [1, -2.5],
  ])
  expect(leftOut).toEqual(['l'])
})

test.each([
  ['a view beyond its storage', { shape: [7], strides: [1] }, "'x' reaches beyond its storage"],
  ['a value repeated a billion times', { shape: [1e9], strides: [0] }, 'more values than the file has bytes'],
  ['a shape that is none', { shape: [-1], strides: [1] }, 'not described as PyTorch does'],
])('%s is refused', (_, view, message) => {
  expect(() => readPytorch(zipCheckpoint(new Map([['x', tensor(six, view)]]), [six]))).toThrow(message)
})

test('a file without a state dict says what it holds instead', () => {
  expect(() => readPytorch(zipCheckpoint(new Map([['epoch', 3]]), []))).toThrow('no tensors by name, but epoch')
  expect(() => readPytorch(pickle(3))).toThrow('not one of torch.save')
  expect(() => readPytorch(zipCheckpoint(matrix, [six]))).toThrow('torch.save(model.state_dict(), file)')
})

/** How many values a file gives; none when it is refused, which is in words. */
function valuesRead(file: Uint8Array): number {
  try {
    return readPytorch(file).tensors.reduce((sum, { values }) => sum + values.length, 0)
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    expect(String(error)).toMatch(/^RangeError: pytorch: [^{]/)
    return 0
  }
}
