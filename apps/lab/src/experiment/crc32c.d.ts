/** The package's types leave out its Castagnoli half. */
declare module 'crc-32/crc32c.js' {
  const crc32c: { /** Signed 32 bits. */ readonly buf: (bytes: Uint8Array, seed?: number) => number }
  export default crc32c
}
