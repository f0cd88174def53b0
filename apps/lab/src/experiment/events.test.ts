import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ScalarEvent, eventFile } from './events.ts'

/** CRC-32C bit by bit (polynomial 0x1EDC6F41, reflected). */
function castagnoli(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
  }
  return ~crc >>> 0
}

const masked = (bytes: Uint8Array) => {
  const crc = castagnoli(bytes)
  return Number(((BigInt(crc >>> 15) | ((BigInt(crc) << 17n) & 0xffff_ffffn)) + 0xa282ead8n) & 0xffff_ffffn)
}

/** The records of a TFRecord file; both checksums must fit. */
function records(file: Uint8Array): readonly Buffer[] {
  const found: Buffer[] = []
  const bytes = Buffer.from(file)
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at))
    expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)))
    const record = bytes.subarray(at + 12, at + 12 + length)
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(masked(record))
    found.push(record)
    at += 16 + length
  }
  return found
}

/** Fields of a protobuf message, by number: varints, doubles, floats, and bytes as they are. */
function fields(message: Buffer): readonly (readonly [number, bigint | number | Buffer])[] {
  const found: (readonly [number, bigint | number | Buffer])[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    const field = tag >> 3
    if ((tag & 7) === 0) found.push([field, varint()])
    else if ((tag & 7) === 1) found.push([field, message.readDoubleLE((at += 8) - 8)])
    else if ((tag & 7) === 5) found.push([field, message.readFloatLE((at += 4) - 4)])
    else {
      const length = Number(varint())
      found.push([field, message.subarray(at, (at += length))])
    }
  }
  return found
}

const bytesAt = (message: Buffer, number: number) =>
  fields(message).flatMap(([field, value]) => (field === number && Buffer.isBuffer(value) ? [value] : []))

/** Step and scalars by tag, as float32; proto3 leaves a zero out. */
function read(record: Buffer) {
  const step = fields(record).find(([field]) => field === 2)?.[1]
  const values = bytesAt(record, 5).flatMap((summary) => bytesAt(summary, 1))
  const scalars = values.map((value) => [
    bytesAt(value, 1)[0].toString('utf8'),
    fields(value).find(([field]) => field === 2)?.[1] ?? 0,
  ])
  return { step: Number(step ?? 0), scalars: Object.fromEntries(scalars) as Record<string, number> }
}

test('the checksum is that of RFC 3720: 32 zero bytes give 8A9136AA', () => {
  expect(castagnoli(new Uint8Array(32))).toBe(0x8a91_36aa)
})

test('a reader of its own finds version, time, steps and scalars', () => {
  const events: ScalarEvent[] = [
    { wallTime: 1_700_000_000.25, step: 0, scalars: { 'rank-1/market1501': 4.9 } },
    { wallTime: 1_700_000_009.5, step: 300, scalars: { loss: 2.5, 'mAP/größe': 0 } },
  ]
  const [opening, ...rest] = records(eventFile(events))
  expect(bytesAt(opening, 3)[0].toString('utf8')).toBe('brain.Event:2')
  expect(rest.map((record) => fields(record)[0])).toEqual([
    [1, 1_700_000_000.25],
    [1, 1_700_000_009.5],
  ])
  expect(rest.map(read)).toEqual([
    { step: 0, scalars: { 'rank-1/market1501': Math.fround(4.9) } },
    { step: 300, scalars: { loss: 2.5, 'mAP/größe': 0 } },
  ])
})

test('whatever is written comes back', () => {
  const scalars = fc.dictionary(
    fc.string({ minLength: 1 }).filter((tag) => tag !== '__proto__'),
    fc.float({ noNaN: true }),
    { noNullPrototype: true },
  )
  const event = fc.record({ wallTime: fc.nat(), step: fc.nat(), scalars })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), (events) => {
      const back = records(eventFile(events)).slice(1).map(read)
      expect(back).toEqual(events.map(({ step, scalars }) => ({ step, scalars: { ...scalars } })))
    }),
  )
})
