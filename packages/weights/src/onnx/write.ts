/**
 * A backbone with its parameters as an ONNX file: opset 17, input `images` `[batch, 3, height, width]` RGB normalised by the mean
 * and deviation in the file's metadata, output `embeddings` `[batch, embedding]`, neither mirrored nor of length 1. Parameters
 * keep their names, in PyTorch's layout; batch norms are not folded, so that the file can be imported and trained on.
 */
import { type Backbone, embeddingSize, IMAGES } from '@passerby/backbones'
import { specSize } from '@passerby/federation'
import { PbfWriter } from 'pbf'
import type { ExportOptions } from '../export-options.ts'
import { bytesOf } from '../flat-parameters.ts'
import { pytorchParams } from '../mapping/pytorch-params.ts'
import { imagesTold } from '../normalisation.ts'
import { type DrawnAttribute, type DrawnNode, drawOnnx } from './draw.ts'
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  ELEMENT,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPSET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './schema.ts'

export const ONNX_OPSET = 17

/** The version of the file format that came with the opset. */
const IR_VERSION = 8

export const EMBEDDINGS = 'embeddings'

/** Room for what is not tensors, so that the writer rarely grows. */
const SPARE_BYTES = 2 ** 18

/** Throws `RangeError` when the values are not as many as the backbone has. */
export function encodeOnnx(backbone: Backbone, flat: Float32Array, { images }: ExportOptions): Uint8Array {
  const { nodes, constants } = drawOnnx(backbone, EMBEDDINGS)
  const { layout, values } = pytorchParams(backbone, flat)
  let offset = 0
  const tensors = layout.map((spec) => {
    const from = offset
    offset += specSize(spec)
    return { ...spec, values: values.subarray(from, offset) }
  })
  const scalars = [...constants].map(([name, value]) => ({ name, shape: [], values: Float32Array.of(value) }))
  const writer = new PbfWriter(new Uint8Array(4 * flat.length + SPARE_BYTES))
  writer.writeVarintField(MODEL.irVersion, IR_VERSION)
  writer.writeStringField(MODEL.producer, 'passerby')
  message(writer, MODEL.graph, () => {
    for (const node of nodes) message(writer, GRAPH.node, () => writeNode(writer, node))
    writer.writeStringField(GRAPH.name, backbone.name)
    for (const tensor of [...tensors, ...scalars]) message(writer, GRAPH.initialiser, () => writeTensor(writer, tensor))
    const input = { name: IMAGES, dimensions: ['batch', 3, images.height, images.width] }
    message(writer, GRAPH.input, () => writeValue(writer, input))
    const output = { name: EMBEDDINGS, dimensions: ['batch', embeddingSize(backbone)] }
    message(writer, GRAPH.output, () => writeValue(writer, output))
  })
  message(writer, MODEL.opset, () => {
    writer.writeStringField(OPSET.domain, '')
    writer.writeVarintField(OPSET.version, ONNX_OPSET)
  })
  const metadata = { backbone: backbone.name, embedding: String(embeddingSize(backbone)), ...imagesTold(images) }
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, MODEL.metadata, () => {
      writer.writeStringField(ENTRY.key, key)
      writer.writeStringField(ENTRY.value, value)
    })
  }
  return writer.finish()
}

function message(writer: PbfWriter, field: number, write: () => void): void {
  writer.writeMessage(field, write, undefined)
}

function writeNode(writer: PbfWriter, { op, inputs, output, attributes }: DrawnNode): void {
  for (const input of inputs) writer.writeStringField(NODE.input, input)
  writer.writeStringField(NODE.output, output)
  writer.writeStringField(NODE.name, output)
  writer.writeStringField(NODE.op, op)
  for (const [name, value] of Object.entries(attributes))
    message(writer, NODE.attribute, () => writeAttribute(writer, name, value))
}

function writeAttribute(writer: PbfWriter, name: string, value: DrawnAttribute): void {
  writer.writeStringField(ATTRIBUTE.name, name)
  if (typeof value === 'number') {
    writer.writeVarintField(ATTRIBUTE.integer, value)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.integer)
  } else if ('float' in value) {
    writer.writeFloatField(ATTRIBUTE.float, value.float)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.float)
  } else {
    for (const one of value) writer.writeVarintField(ATTRIBUTE.integers, one)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.integers)
  }
}

interface WrittenTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

function writeTensor(writer: PbfWriter, { name, shape, values }: WrittenTensor): void {
  for (const dimension of shape) writer.writeVarintField(TENSOR.dimension, dimension)
  writer.writeVarintField(TENSOR.type, ELEMENT.float)
  writer.writeStringField(TENSOR.name, name)
  writer.writeBytesField(TENSOR.raw, bytesOf(values))
}

interface WrittenValue {
  readonly name: string
  /** A name where the size is open. */
  readonly dimensions: readonly (string | number)[]
}

function writeValue(writer: PbfWriter, { name, dimensions }: WrittenValue): void {
  writer.writeStringField(VALUE.name, name)
  message(writer, VALUE.type, () =>
    message(writer, TYPE.tensor, () => {
      writer.writeVarintField(TENSOR_TYPE.element, ELEMENT.float)
      message(writer, TENSOR_TYPE.shape, () => {
        for (const dimension of dimensions) {
          message(writer, SHAPE.dimension, () => {
            if (typeof dimension === 'number') writer.writeVarintField(DIMENSION.value, dimension)
            else writer.writeStringField(DIMENSION.parameter, dimension)
          })
        }
      })
    }),
  )
}
