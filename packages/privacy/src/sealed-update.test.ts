import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { base64url, concat, equalBytes, fromBase64url, fromHex, hex, sha256 } from './bytes.ts'
import { chunkAad, commitMessage, sealInfo } from './envelope.ts'
import {
  chunkBytes,
  chunkCount,
  headerHash,
  headerMismatch,
  sealedChunkLength,
  sealedLength,
  updateHeader,
} from './header.ts'
import type { UpdateContext, UpdateHeader } from './header.ts'
import { suite } from './hpke.ts'
import { openUpdate, readUpdate, verifyUpdate } from './open.ts'
import { createRoundKey } from './round-key.ts'
import { sealUpdate } from './seal.ts'
import type { SealedUpdate } from './seal.ts'
import { createSigningKey, signBytes } from './signing.ts'

vi.setConfig({ testTimeout: 30_000 })

const [round, identity] = await Promise.all([createRoundKey(), createSigningKey()])
const opening = { round, client: identity.publicKey }
const sealing = { round: round.publicKey, identity: identity.privateKey }
const context: UpdateContext = {
  federation: 'north',
  round: 7,
  session: 8,
  client: '0123456789abcdef0123456789abcdef',
  config: '1'.repeat(64),
  baseModel: '2'.repeat(64),
  layout: '3'.repeat(64),
  mode: 'sealed',
  kind: 'update',
}

function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 2_654_435_761) >>> 24)
}
const received = (sealed: SealedUpdate) => ({ ...sealed, chunk: async (index: number) => sealed.chunks.at(index) })
const outcome = (sealed: SealedUpdate) => readUpdate(received(sealed), opening)
async function failure(sealed: SealedUpdate): Promise<string> {
  const read = await outcome(sealed)
  return read.ok ? 'none' : read.reason
}
function flipped(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes)
  copy[bit >> 3] ^= 1 << (bit & 7)
  return copy
}
const bitOf = (bytes: Uint8Array) => fc.nat({ max: bytes.length * 8 - 1 })

/** Signs whatever is there: a client that means harm holds its own identity key. */
async function resigned(sealed: SealedUpdate): Promise<SealedUpdate> {
  const digests = await Promise.all(sealed.chunks.map((chunk) => sha256(chunk)))
  const message = await commitMessage(await headerHash(sealed.header), fromBase64url(sealed.enc), digests)
  return { ...sealed, signature: base64url(await signBytes(message, identity.privateKey)) }
}
const three = await sealUpdate(context, pattern(2 * chunkBytes + 5), sealing)

test('S8 the suite is X25519, HKDF-SHA256, AES-256-GCM by RFC 9180’s numbers', () => {
  expect([suite.kem.id, suite.kdf.id, suite.aead.id]).toEqual([0x0020, 0x0001, 0x0002])
})

describe('S9 sizes', () => {
  test.each([
    [0, 1, 16],
    [1, 1, 17],
    [chunkBytes - 1, 1, chunkBytes + 15],
    [chunkBytes, 1, chunkBytes + 16],
    [chunkBytes + 1, 2, chunkBytes + 33],
    [2 * chunkBytes, 2, 2 * chunkBytes + 32],
  ])('S9 %i bytes are %i chunks of %i bytes in all', async (bytes, chunks, total) => {
    const sealed = await sealUpdate(context, pattern(bytes), sealing)
    expect(sealed.header.chunks).toBe(chunks)
    expect(sealedLength(bytes)).toBe(total)
    expect(sealed.chunks.map((chunk) => chunk.length)).toEqual(
      Array.from({ length: chunks }, (_, index) => sealedChunkLength(bytes, index)),
    )
    expect(sealed.chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(total)
    const read = await outcome(sealed)
    expect(read.ok && equalBytes(read.value, pattern(bytes))).toBe(true)
  })

  test('U3 lengths at the boundaries of a chunk', () => {
    expect([0, 1, chunkBytes, chunkBytes + 1].map(chunkCount)).toEqual([1, 1, 1, 2])
    expect([0, 1].map((index) => sealedChunkLength(chunkBytes + 1, index))).toEqual([chunkBytes + 16, 17])
    expect(sealedChunkLength(0, 0)).toBe(16)
  })

  test('S9 no length, no chunk', () => {
    for (const bytes of [-1, 0.5, Number.NaN]) expect(() => updateHeader(context, bytes)).toThrow(RangeError)
    for (const index of [-1, 1, 0.5]) expect(() => sealedChunkLength(chunkBytes, index)).toThrow(RangeError)
  })
})

describe('S8 sealing and opening', () => {
  test('S8 any length comes back, chunk by chunk', async () => {
    const lengths = fc.oneof(fc.nat(300), fc.integer({ min: chunkBytes - 20, max: chunkBytes + 20 }))
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), async (length, seed) => {
        const plaintext = pattern(length, seed)
        const parts: Uint8Array[] = []
        for await (const part of openUpdate(received(await sealUpdate(context, plaintext, sealing)), opening))
          parts.push(part)
        expect(parts.slice(0, -1).every((part) => part.length === chunkBytes)).toBe(true)
        expect(equalBytes(concat(...parts), plaintext)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('S8 sealing reads a view in shared memory and leaves it as it is', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(40)).subarray(3, 33)
    shared.set(pattern(30))
    expect(await outcome(await sealUpdate(context, shared, sealing))).toEqual({ ok: true, value: pattern(30) })
    expect(equalBytes(shared, pattern(30))).toBe(true)
  })

  test('S8 the same update sealed twice shares no ciphertext', async () => {
    const [a, b] = [await sealUpdate(context, pattern(40), sealing), await sealUpdate(context, pattern(40), sealing)]
    expect(a.enc).not.toBe(b.enc)
    expect(hex(a.chunks[0])).not.toBe(hex(b.chunks[0]))
  })

  test('S8 the wrong round key opens nothing', async () => {
    const read = await readUpdate(received(three), { ...opening, round: await createRoundKey() })
    expect(read).toEqual({ ok: false, reason: 'unreadable' })
  })

  test('S8 an opened session key cannot open what is out of order: the context counts', async () => {
    const swapped = await resigned({ ...three, chunks: [three.chunks[1], three.chunks[0], three.chunks[2]] })
    expect(await failure(swapped)).toBe('unreadable')
  })
})

describe('S10 the signature covers all of it', () => {
  test('S10 any flipped bit of a chunk, of enc or of the signature', async () => {
    for (const [index, chunk] of three.chunks.entries())
      await fc.assert(
        fc.asyncProperty(bitOf(chunk), async (bit) => {
          expect(await failure({ ...three, chunks: three.chunks.with(index, flipped(chunk, bit)) })).toBe(
            'bad-signature',
          )
        }),
        { numRuns: 15 },
      )
    for (const part of ['enc', 'signature'] as const) {
      const bytes = fromBase64url(three[part])
      await fc.assert(
        fc.asyncProperty(bitOf(bytes), async (bit) => {
          expect(await failure({ ...three, [part]: base64url(flipped(bytes, bit)) })).toBe('bad-signature')
        }),
        { numRuns: 40 },
      )
    }
  })

  const changes: { readonly [Name in keyof UpdateHeader]: unknown } = {
    v: 2,
    federation: 'south',
    round: 6,
    session: 9,
    client: 'f'.repeat(32),
    config: '4'.repeat(64),
    baseModel: '4'.repeat(64),
    layout: '4'.repeat(64),
    mode: 'open',
    kind: 'sketch',
    bytes: 2 * chunkBytes + 4,
    chunk: chunkBytes / 2,
    chunks: 4,
  }
  test.each(Object.entries(changes))('S10 a header that says another %s', async (name, value) => {
    const reason = ['bytes', 'chunk', 'chunks'].includes(name) ? 'wrong-length' : 'bad-signature'
    expect(await failure({ ...three, header: { ...three.header, [name]: value } })).toBe(reason)
  })

  test('S10 another client’s key', async () => {
    const read = await readUpdate(received(three), { ...opening, client: (await createSigningKey()).publicKey })
    expect(read).toEqual({ ok: false, reason: 'bad-signature' })
  })

  test('S10 it can be verified without the round’s key', async () => {
    expect(await verifyUpdate(received(three), identity.publicKey)).toEqual({ ok: true, value: three.header })
    const spoilt = { ...three, chunks: three.chunks.with(0, flipped(three.chunks[0], 3)) }
    expect(await verifyUpdate(received(spoilt), identity.publicKey)).toEqual({ ok: false, reason: 'bad-signature' })
  })

  test('S10 what is not base64url', async () => {
    expect(await failure({ ...three, signature: '*' })).toBe('bad-signature')
    expect(await failure({ ...three, enc: '*' })).toBe('bad-signature')
  })
})

describe('S11 a client that signs what it changed is still found out', () => {
  test('S11 any flipped bit of header-bound ciphertext or enc', async () => {
    const small = await sealUpdate(context, pattern(9), sealing)
    const bits = fc.nat({ max: 25 * 8 - 1 })
    await fc.assert(
      fc.asyncProperty(bits, async (bit) => {
        expect(await failure(await resigned({ ...small, chunks: [flipped(small.chunks[0], bit)] }))).toBe('unreadable')
      }),
      { numRuns: 40 },
    )
    // RFC 7748 ignores the highest bit of a public value for the secret, but HPKE hashes all of enc into the key.
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 255 }), async (bit) => {
        const enc = base64url(flipped(fromBase64url(small.enc), bit))
        expect(await failure(await resigned({ ...small, enc }))).toBe('unreadable')
      }),
      { numRuns: 40 },
    )
  })

  test('S11 enc of low order', async () => {
    const enc = base64url(new Uint8Array(32))
    expect(await failure(await resigned({ ...three, enc }))).toBe('unreadable')
    expect(await failure(await resigned({ ...three, enc: 'AAAA' }))).toBe('unreadable')
  })

  test('S11 the context of another update, session or client', async () => {
    for (const change of [{ session: 9 }, { client: 'f'.repeat(32) }, { baseModel: '4'.repeat(64) }])
      expect(await failure(await resigned({ ...three, header: { ...three.header, ...change } }))).toBe('unreadable')
  })

  test('S11 a chunk left out at the end, the header made to fit', async () => {
    const header = updateHeader(context, 2 * chunkBytes)
    expect(await failure(await resigned({ ...three, header, chunks: three.chunks.slice(0, 2) }))).toBe('unreadable')
  })

  test('S11 the last flag alone: a chunk that was sealed as not the last', async () => {
    const header = updateHeader(context, 5)
    const h = await headerHash(header)
    for (const last of [false, true]) {
      const sender = await suite.createSenderContext({ recipientPublicKey: round.publicKey, info: sealInfo(h).buffer })
      const chunk = new Uint8Array(await sender.seal(pattern(5), chunkAad(h, 0, last)))
      const sealed = { header, enc: base64url(new Uint8Array(sender.enc)), chunks: [chunk], signature: '' }
      expect(await failure(await resigned(sealed))).toBe(last ? 'none' : 'unreadable')
    }
  })
})

describe('S12 what is missing or too long has its name', () => {
  test('S12 truncated: a chunk is not there', async () => {
    expect(await failure({ ...three, chunks: three.chunks.slice(0, 2) })).toBe('truncated')
  })

  test('S12 wrong-length: a chunk is longer, or its end is cut', async () => {
    for (const chunk of [concat(three.chunks[1], Uint8Array.of(0)), three.chunks[1].slice(1)])
      expect(await failure({ ...three, chunks: three.chunks.with(1, chunk) })).toBe('wrong-length')
  })

  test('S12 a claimed length costs nothing: 2⁵³ bytes are refused without memory for them', async () => {
    const header = updateHeader(context, Number.MAX_SAFE_INTEGER)
    expect(await failure({ ...three, header, chunks: three.chunks.slice(0, 2) })).toBe('truncated')
  })

  test('S12 the error of a store that cannot be read is passed on as it is', async () => {
    const broken = { ...received(three), chunk: () => Promise.reject(new Error('disk')) }
    await expect(readUpdate(broken, opening)).rejects.toThrow('disk')
  })

  test('S12 nothing is yielded before the signature over the whole is checked', async () => {
    const spoilt = { ...three, chunks: three.chunks.with(2, flipped(three.chunks[2], 0)) }
    const parts = openUpdate(received(spoilt), opening)
    await expect(parts.next()).rejects.toMatchObject({ code: 'bad-signature' })
  })
})

test('S13 the receiver names the first field that is not what it expects', () => {
  const expected = { ...context, bytes: three.header.bytes }
  expect(headerMismatch(three.header, expected)).toBeUndefined()
  expect(headerMismatch(three.header, { ...expected, session: 9 })).toBe('session')
  expect(headerMismatch(three.header, { ...expected, bytes: 5 })).toBe('bytes')
})

test('RFC 9180 A.1.1: enc and the first ciphertexts through the same library', async () => {
  const { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } = await import('@hpke/core')
  const a1 = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() })
  const ekm = await a1.kem.deriveKeyPair(
    fromHex('7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234').buffer,
  )
  const recipient = await a1.kem.deriveKeyPair(
    fromHex('6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037').buffer,
  )
  const info = fromHex('4f6465206f6e2061204772656369616e2055726e').buffer
  const sender = await a1.createSenderContext({ recipientPublicKey: recipient.publicKey, info, ekm })
  expect(hex(new Uint8Array(sender.enc))).toBe('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431')
  const plaintext = fromHex('4265617574792069732074727574682c20747275746820626561757479').buffer
  const first = await sender.seal(plaintext, fromHex('436f756e742d30').buffer)
  expect(hex(new Uint8Array(first))).toBe(
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
  )
  const second = await sender.seal(plaintext, fromHex('436f756e742d31').buffer)
  expect(hex(new Uint8Array(second))).toBe(
    'af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84',
  )
})
