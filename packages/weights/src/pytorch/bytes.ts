/** Reads a part of a file from its beginning on. Every read throws `RangeError` where the bytes end. */
export interface ByteReader {
  readonly at: () => number
  readonly take: (length: number) => Uint8Array
  readonly unsigned: (bytes: 1 | 2 | 4 | 8) => number
  readonly signed32: () => number
  /** Big-endian, as pickles have it. */
  readonly double: () => number
  readonly text: (length: number) => string
  /** Up to the next line feed, which is left out. */
  readonly line: () => string
}

export function byteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder()
  let at = 0
  const forward = (length: number) => {
    const from = at
    if (!(length >= 0 && from + length <= bytes.length)) throw new RangeError('it ends too early; is the file cut off?')
    at += length
    return from
  }
  const take = (length: number) => bytes.subarray(forward(length), at)
  const text = (length: number) => decoder.decode(take(length))
  return {
    at: () => at,
    take,
    text,
    unsigned(size) {
      const from = forward(size)
      if (size === 1) return view.getUint8(from)
      if (size === 2) return view.getUint16(from, true)
      return size === 4 ? view.getUint32(from, true) : Number(view.getBigUint64(from, true))
    },
    signed32: () => view.getInt32(forward(4), true),
    double: () => view.getFloat64(forward(8)),
    line() {
      const end = bytes.indexOf(0x0a, at)
      const line = text((end < 0 ? bytes.length + 1 : end) - at)
      forward(1)
      return line
    },
  }
}
