import { PbfReader } from 'pbf'

/** Bytes of a protobuf field on the wire. */
const LENGTH_DELIMITED = 2

/**
 * Calls `onField` with every field of a message; it reads the field from `reader` or leaves it. Throws `RangeError`
 * when a field reaches beyond the message.
 */
export function eachField(message: Uint8Array, onField: (field: number, reader: PbfReader) => void): void {
  const reader = new PbfReader(message)
  while (true) {
    const field = reader.nextField()
    if (field === 0) break
    refuseBeyondEnd(reader)
    onField(field, reader)
  }
  if (reader.pos > message.length) throw new RangeError('the file is cut off, or is no protobuf message')
}

/** The length of a field is told before it, and packed numbers are read until there. */
function refuseBeyondEnd(reader: PbfReader): void {
  const start = reader.pos
  if (reader.type === LENGTH_DELIMITED) {
    const length = reader.readVarint()
    if (reader.pos + length > reader.length) throw new RangeError('a field reaches beyond its message')
    reader.pos = start
  }
  if (start > reader.length) throw new RangeError('a field begins beyond its message')
}
