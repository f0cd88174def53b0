/** PyTorch checkpoints as `torch.save` writes them, byte by byte, and some that it never would. */
import { zipSync } from 'fflate'

/** What `pickle` writes: a call and a name stand for Python's. */
export type Python =
  | null
  | number
  | string
  | readonly Python[]
  | ReadonlyMap<string, Python>
  | { readonly name: readonly [module: string, name: string] }
  | { readonly call: Python; readonly with: readonly Python[] }
  | { readonly persistent: readonly Python[] }

/** Protocol 2. Lists are tuples. */
export function pickle(value: Python): Uint8Array {
  const out: number[] = [0x80, 2]
  write(value, out)
  return Uint8Array.from([...out, code('.')])
}

export interface StoredNumbers {
  readonly key: string
  readonly type: string
  readonly bytes: Uint8Array
  readonly length: number
}

export function floats(key: string, ...values: readonly number[]): StoredNumbers {
  return { key, type: 'FloatStorage', bytes: new Uint8Array(Float32Array.from(values).buffer), length: values.length }
}

export interface View {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset?: number
}

export function tensor({ key, type, length }: StoredNumbers, { shape, strides, offset = 0 }: View): Python {
  const persistent = ['storage', { name: ['torch', type] as const }, key, 'cpu', length]
  const hooks = { call: { name: ['collections', 'OrderedDict'] as const }, with: [] }
  return {
    call: { name: ['torch._utils', '_rebuild_tensor_v2'] },
    with: [{ persistent }, offset, shape, strides, null, hooks],
  }
}

/** As PyTorch writes since 1.6. */
export function zipCheckpoint(value: Python, storages: readonly StoredNumbers[]): Uint8Array {
  const entries = Object.fromEntries(storages.map(({ key, bytes }) => [`archive/data/${key}`, bytes]))
  return zipSync({ 'archive/data.pkl': pickle(value), ...entries }, { level: 0 })
}

/** As PyTorch wrote before. */
export function streamCheckpoint(value: Python, storages: readonly StoredNumbers[]): Uint8Array {
  const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, code('.')]
  const machine = new Map<string, Python>([['protocol_version', 1001]])
  const keys = pickle(storages.map(({ key }) => key))
  const parts = storages.flatMap(({ bytes, length }) => [
    new Uint8Array(BigInt64Array.of(BigInt(length)).buffer),
    bytes,
  ])
  return Uint8Array.from(
    [magic, pickle(1001), pickle(machine), pickle(value), keys, ...parts].flatMap((part) => [...part]),
  )
}

function write(value: Python, out: number[]): void {
  if (value === null) out.push(code('N'))
  else if (typeof value === 'number') out.push(code('J'), ...int32(value))
  else if (typeof value === 'string') out.push(code('X'), ...int32(bytesOf(value).length), ...bytesOf(value))
  else if (Array.isArray(value)) writeTuple(value, out)
  else if (value instanceof Map) {
    out.push(code('}'), code('('))
    for (const [key, held] of value) {
      write(key, out)
      write(held, out)
    }
    out.push(code('u'))
  } else if ('name' in value) out.push(code('c'), ...bytesOf(`${value.name[0]}\n${value.name[1]}\n`))
  else if ('call' in value) {
    write(value.call, out)
    writeTuple(value.with, out)
    out.push(code('R'))
  } else if ('persistent' in value) {
    writeTuple(value.persistent, out)
    out.push(code('Q'))
  }
}

function writeTuple(items: readonly Python[], out: number[]): void {
  out.push(code('('))
  for (const item of items) write(item, out)
  out.push(code('t'))
}

function code(character: string): number {
  return character.charCodeAt(0)
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer)
}
