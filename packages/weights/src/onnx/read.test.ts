import { backboneByName, initialise } from '@passerby/backbones'
import fc from 'fast-check'
import { PbfWriter } from 'pbf'
import { expect, test } from 'vitest'
import { readModelFile } from '../read-model-file.ts'
import { readOnnx } from './read.ts'
import { ELEMENT, GRAPH, MODEL, NODE, TENSOR } from './schema.ts'
import { encodeOnnx } from './write.ts'

function model(write: (writer: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter()
  writer.writeVarintField(MODEL.irVersion, 8)
  writer.writeMessage(MODEL.graph, (_, graph) => write(graph), undefined)
  return Uint8Array.from(writer.finish())
}

function tensor(graph: PbfWriter, name: string, write: (tensor: PbfWriter) => void): void {
  graph.writeMessage(
    GRAPH.initialiser,
    (_, tensor) => {
      tensor.writeStringField(TENSOR.name, name)
      write(tensor)
    },
    undefined,
  )
}

test('tensors are read from raw bytes and from lists, packed dimensions or not', () => {
  const file = model((graph) => {
    tensor(graph, 'raw', (one) => {
      one.writeVarintField(TENSOR.dimension, 2)
      one.writeVarintField(TENSOR.dimension, 1)
      one.writeVarintField(TENSOR.type, ELEMENT.float)
      one.writeBytesField(TENSOR.raw, new Uint8Array(Float32Array.of(1, -2.5).buffer))
    })
    tensor(graph, 'listed', (one) => {
      one.writePackedVarint(TENSOR.dimension, [1, 3])
      one.writeVarintField(TENSOR.type, ELEMENT.float)
      one.writePackedFloat(TENSOR.floats, [1, 2, 3])
    })
    tensor(graph, 'halves', (one) => {
      one.writePackedVarint(TENSOR.dimension, [2])
      one.writeVarintField(TENSOR.type, ELEMENT.half)
      one.writePackedVarint(TENSOR.integers32, [0x3c00, 0xc100])
    })
    tensor(graph, 'shape', (one) => one.writeVarintField(TENSOR.type, ELEMENT.integer64))
    graph.writeMessage(
      GRAPH.node,
      (_, node) => {
        node.writeStringField(NODE.input, 'raw')
        node.writeStringField(NODE.output, 'out')
        node.writeStringField(NODE.op, 'Relu')
      },
      undefined,
    )
  })
  const { tensors, leftOut, graph } = readOnnx(file)
  expect(tensors).toEqual([
    { name: 'raw', shape: [2, 1], values: Float32Array.of(1, -2.5) },
    { name: 'listed', shape: [1, 3], values: Float32Array.of(1, 2, 3) },
    { name: 'halves', shape: [2], values: Float32Array.of(1, -2.5) },
  ])
  expect(leftOut).toEqual(['shape'])
  expect(graph.nodes).toEqual([{ op: 'Relu', inputs: ['raw'], outputs: ['out'], attributes: new Map() }])
})

test('a tensor that is kept elsewhere, or has other values than its shape, is refused by name', () => {
  const elsewhere = model((graph) => tensor(graph, 'big', (one) => one.writeVarintField(TENSOR.location, 1)))
  expect(() => readOnnx(elsewhere)).toThrow("'big' is kept in another file")
  const huge = model((graph) =>
    tensor(graph, 'huge', (one) => {
      one.writePackedVarint(TENSOR.dimension, [1e9, 2])
      one.writeVarintField(TENSOR.type, ELEMENT.float)
      one.writePackedFloat(TENSOR.floats, [1])
    }),
  )
  expect(() => readOnnx(huge)).toThrow("'huge' holds 1 values, its shape is 1000000000×2")
})

test('an exported file says what it is', () => {
  const backbone = backboneByName('tiny', 16)
  const { format, graph, metadata } = readModelFile(
    encodeOnnx(backbone, initialise(backbone, 1), { images: { height: 64, width: 32 } }),
  )
  expect(format).toBe('onnx')
  expect(graph).toMatchObject({ opset: 17, inputs: ['images'], outputs: ['embeddings'] })
  expect(Object.fromEntries(metadata)).toMatchObject({
    backbone: 'tiny',
    embedding: '16',
    input: '64x32',
    mean: '0.485 0.456 0.406',
    std: '0.229 0.224 0.225',
  })
})

test('any byte may be wrong, and the file may end anywhere', () => {
  const backbone = backboneByName('tiny', 8)
  const file = encodeOnnx(backbone, initialise(backbone, 1), { images: { height: 64, width: 32 } })
  const readOrRefuse = (changed: Uint8Array) => {
    try {
      const { tensors } = readOnnx(changed)
      expect(tensors.reduce((sum, { values }) => sum + values.length, 0)).toBeLessThanOrEqual(file.length)
    } catch (error) {
      expect(String(error)).toMatch(/^RangeError: onnx: /)
    }
  }
  fc.assert(
    fc.property(fc.nat(file.length), (length) => readOrRefuse(file.subarray(0, length))),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
      const changed = Uint8Array.from(file)
      changed[at] = byte
      readOrRefuse(changed)
    }),
    { numRuns: 1000 },
  )
})
