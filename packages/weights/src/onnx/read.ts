/** ONNX files: initialisers and constants as tensors, and the graph that uses them. Tensors in other files are refused. */
import type { PbfReader } from 'pbf'
import type { ModelFile } from '../model-file.ts'
import { BYTES_PER_VALUE, floatsOf, halfToNumber, type NumberType, sizeOf, type Tensor } from '../tensors.ts'
import { eachField } from './fields.ts'
import type { OnnxAttribute, OnnxNode } from './graph.ts'
import { ATTRIBUTE, ELEMENT, ENTRY, GRAPH, MODEL, NODE, OPSET, TENSOR, VALUE } from './schema.ts'

/** Throws `RangeError` that says what is wrong with the file. */
export function readOnnx(file: Uint8Array): ModelFile & Required<Pick<ModelFile, 'graph'>> {
  try {
    return readModel(file)
  } catch (cause) {
    throw new RangeError(`onnx: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function readModel(file: Uint8Array) {
  const metadata = new Map<string, string>()
  let graph: Uint8Array | undefined
  let opset = 0
  eachField(file, (field, reader) => {
    if (field === MODEL.graph) graph = reader.readBytes()
    else if (field === MODEL.opset) opset = Math.max(opset, defaultOpset(reader.readBytes()))
    else if (field === MODEL.metadata) metadata.set(...entryOf(reader.readBytes()))
  })
  if (!graph) throw new RangeError('the file holds no graph; it is none, or is cut off')
  const { tensors, leftOut, inputs, ...rest } = readGraph(graph)
  const known = new Set([...tensors.map(({ name }) => name), ...leftOut])
  const fed = inputs.filter((name) => !known.has(name))
  return { format: 'onnx' as const, tensors, leftOut, metadata, graph: { ...rest, inputs: fed, opset } }
}

function readGraph(bytes: Uint8Array) {
  const nodes: OnnxNode[] = []
  const inputs: string[] = []
  const outputs: string[] = []
  const tensors: Tensor[] = []
  const leftOut: string[] = []
  const keep = (name: string, tensor: Tensor | undefined) => {
    if (tensor) tensors.push({ ...tensor, name })
    else leftOut.push(name)
  }
  eachField(bytes, (field, reader) => {
    if (field === GRAPH.input) inputs.push(nameIn(reader.readBytes()))
    else if (field === GRAPH.output) outputs.push(nameIn(reader.readBytes()))
    else if (field === GRAPH.initialiser) {
      const { name, tensor } = readTensor(reader.readBytes())
      keep(name, tensor)
    } else if (field === GRAPH.node) {
      const { node, constant } = readNode(reader.readBytes())
      nodes.push(node)
      if (node.op === 'Constant' && constant) keep(node.outputs[0] ?? '', readTensor(constant).tensor)
    }
  })
  return { nodes, inputs, outputs, tensors, leftOut }
}

function readNode(bytes: Uint8Array): { node: OnnxNode; constant: Uint8Array | undefined } {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, OnnxAttribute>()
  let op = ''
  let constant: Uint8Array | undefined
  eachField(bytes, (field, reader) => {
    if (field === NODE.input) inputs.push(reader.readString())
    else if (field === NODE.output) outputs.push(reader.readString())
    else if (field === NODE.op) op = reader.readString()
    else if (field === NODE.attribute) {
      const { name, value, tensor } = readAttribute(reader.readBytes())
      if (value !== undefined) attributes.set(name, value)
      constant ??= tensor
    }
  })
  return { node: { op, inputs, outputs, attributes }, constant }
}

function readAttribute(bytes: Uint8Array) {
  let name = ''
  let value: OnnxAttribute | undefined
  let tensor: Uint8Array | undefined
  const integers: number[] = []
  eachField(bytes, (field, reader) => {
    if (field === ATTRIBUTE.name) name = reader.readString()
    else if (field === ATTRIBUTE.float) value = reader.readFloat()
    else if (field === ATTRIBUTE.integer) value = reader.readVarint(true)
    else if (field === ATTRIBUTE.text) value = reader.readString()
    else if (field === ATTRIBUTE.tensor) tensor = reader.readBytes()
    else if (field === ATTRIBUTE.integers) value = reader.readPackedVarint(integers, true)
  })
  return { name, value, tensor }
}

const numberTypes: ReadonlyMap<number, NumberType> = new Map([
  [ELEMENT.float, 'F32'],
  [ELEMENT.half, 'F16'],
  [ELEMENT.bfloat, 'BF16'],
  [ELEMENT.double, 'F64'],
])

function readTensor(bytes: Uint8Array): { name: string; tensor: Tensor | undefined } {
  const shape: number[] = []
  const listed: number[] = []
  let name = ''
  let element = 0
  let raw: Uint8Array | undefined
  let elsewhere = false
  eachField(bytes, (field, reader) => {
    if (field === TENSOR.dimension) reader.readPackedVarint(shape, true)
    else if (field === TENSOR.type) element = reader.readVarint()
    else if (field === TENSOR.name) name = reader.readString()
    else if (field === TENSOR.raw) raw = reader.readBytes()
    else if (field === TENSOR.location) elsewhere = reader.readVarint() !== 0
    else readListed(field, reader, listed)
  })
  if (elsewhere) throw new RangeError(`'${name}' is kept in another file; save the model as a single file`)
  const type = numberTypes.get(element)
  if (!type) return { name, tensor: undefined }
  const size = sizeOf(shape, `'${name}'`)
  const held = raw ? raw.length / BYTES_PER_VALUE[type] : listed.length
  if (held !== size) throw new RangeError(`'${name}' holds ${held} values, its shape is ${shape.join('×')}`)
  return { name, tensor: { name, shape, values: raw ? floatsOf(raw, type) : listedFloats(listed, type) } }
}

function readListed(field: number, reader: PbfReader, into: number[]): void {
  if (field === TENSOR.floats) reader.readPackedFloat(into)
  else if (field === TENSOR.doubles) reader.readPackedDouble(into)
  else if (field === TENSOR.integers32) reader.readPackedVarint(into, true)
}

/** Halves are listed as integers that have their bits. */
function listedFloats(listed: readonly number[], type: NumberType): Float32Array {
  if (type === 'BF16') return floatsOf(new Uint8Array(Uint16Array.from(listed).buffer), type)
  return type === 'F16' ? Float32Array.from(listed, halfToNumber) : Float32Array.from(listed)
}

function nameIn(bytes: Uint8Array): string {
  let name = ''
  eachField(bytes, (field, reader) => {
    if (field === VALUE.name) name = reader.readString()
  })
  return name
}

function defaultOpset(bytes: Uint8Array): number {
  let domain = ''
  let version = 0
  eachField(bytes, (field, reader) => {
    if (field === OPSET.domain) domain = reader.readString()
    else if (field === OPSET.version) version = reader.readVarint()
  })
  return domain === '' ? version : 0
}

function entryOf(bytes: Uint8Array): [key: string, value: string] {
  const entry: [string, string] = ['', '']
  eachField(bytes, (field, reader) => {
    if (field === ENTRY.key) entry[0] = reader.readString()
    else if (field === ENTRY.value) entry[1] = reader.readString()
  })
  return entry
}
