/** Reads from an ONNX file what a test needs: initialisers and, per node, its operator and the names it reads and gives. */

export interface OnnxModel {
  readonly initialisers: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
  readonly nodes: readonly {
    readonly op: string
    readonly inputs: readonly string[]
    readonly outputs: readonly string[]
  }[]
}

/** A protobuf field: a varint, or a part of the file. */
type Field = { readonly number: number; readonly value: bigint | Uint8Array }

/** Field numbers of onnx.proto3. */
const MODEL_GRAPH = 7
const GRAPH = { node: 1, initialiser: 5 } as const
const NODE = { input: 1, output: 2, op: 4 } as const
const TENSOR = { dimension: 1, name: 8, raw: 9 } as const

export function readOnnx(file: Uint8Array): OnnxModel {
  const graph = fieldsOf(parts(fieldsOf(file), MODEL_GRAPH)[0])
  return {
    nodes: parts(graph, GRAPH.node).map((node) => {
      const fields = fieldsOf(node)
      return { op: texts(fields, NODE.op)[0], inputs: texts(fields, NODE.input), outputs: texts(fields, NODE.output) }
    }),
    initialisers: new Map(
      parts(graph, GRAPH.initialiser).map((tensor) => {
        const fields = fieldsOf(tensor)
        const raw = Uint8Array.from(parts(fields, TENSOR.raw)[0])
        return [
          texts(fields, TENSOR.name)[0],
          { shape: integers(fields, TENSOR.dimension), values: new Float32Array(raw.buffer) },
        ]
      }),
    ),
  }
}

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number) => bytes.subarray(at, (at += length))
  while (at < bytes.length) {
    const tag = Number(varint())
    const wire = tag & 7
    fields.push({
      number: tag >> 3,
      value: wire === 0 ? varint() : take(wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4),
    })
  }
  return fields
}

const parts = (fields: readonly Field[], number: number) =>
  fields.flatMap((field) => (field.number === number && field.value instanceof Uint8Array ? [field.value] : []))

const texts = (fields: readonly Field[], number: number) =>
  parts(fields, number).map((part) => new TextDecoder().decode(part))

/** Repeated integers, packed or not. */
const integers = (fields: readonly Field[], number: number) =>
  fields
    .filter((field) => field.number === number)
    .flatMap(({ value }) => (value instanceof Uint8Array ? [...value] : [Number(value)]))
