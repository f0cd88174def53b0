/**
 * TensorBoard's event files: records of a length, its checksum, an `Event` message (tensorflow/core/util/event.proto)
 * and its checksum. The checksum is CRC-32C, rotated and shifted as TFRecord wants it.
 */
import crc32c from 'crc-32/crc32c.js'
import { PbfWriter } from 'pbf'

/** Scalars of one step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  /** By tag; a slash makes a group. */
  readonly scalars: Readonly<Record<string, number>>
}

const FILE_VERSION = 'brain.Event:2'
/** Added to the rotated checksum, so that a checksum of checksums is not weak (TFRecord). */
const MASK = 0xa282_ead8
const Event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const
const Summary = { value: 1 } as const
const Value = { tag: 1, simpleValue: 2 } as const

/** The bytes of a whole file. TensorBoard finds it when its name holds `tfevents`. */
export function eventFile(events: readonly ScalarEvent[]): Uint8Array {
  const opening = message((pbf) => {
    pbf.writeDoubleField(Event.wallTime, events.at(0)?.wallTime ?? 0)
    pbf.writeStringField(Event.fileVersion, FILE_VERSION)
  })
  return Buffer.concat([opening, ...events.map(scalarMessage)].map(record))
}

function scalarMessage({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  return message((pbf) => {
    pbf.writeDoubleField(Event.wallTime, wallTime)
    pbf.writeVarintField(Event.step, step)
    pbf.writeMessage(Event.summary, writeSummary, Object.entries(scalars))
  })
}

function writeSummary(scalars: readonly (readonly [string, number])[], pbf: PbfWriter): void {
  for (const scalar of scalars) pbf.writeMessage(Summary.value, writeValue, scalar)
}

function writeValue([tag, value]: readonly [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(Value.tag, tag)
  pbf.writeFloatField(Value.simpleValue, value)
}

function message(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter()
  write(pbf)
  return pbf.finish()
}

function record(bytes: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(bytes.length + 16)
  framed.writeBigUInt64LE(BigInt(bytes.length), 0)
  framed.writeUInt32LE(masked(framed.subarray(0, 8)), 8)
  framed.set(bytes, 12)
  framed.writeUInt32LE(masked(bytes), 12 + bytes.length)
  return framed
}

function masked(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes)
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0
}
