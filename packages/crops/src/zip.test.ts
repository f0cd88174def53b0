import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { rng } from '@passerby/reid'
import { zipFiles } from './zip.ts'

const noise = (length: number, seed = 1) => {
  const random = rng(seed)
  return new Uint8Array(length).map(() => random.int(256))
}
const text = (value: string) => new TextEncoder().encode(value)
const blob = (bytes: Uint8Array) => new Blob([bytes.slice()])

/** Finds the first place of a signature. */
function find(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer)
  for (let at = 0; ; at++) if (view.getUint32(at, true) === signature) return at
}
const CENTRAL = 0x02014b50

describe('zip archives', () => {
  test('nested folders, stored and deflated entries, names beyond ASCII', async () => {
    const contents = { 'a/b/1.jpg': noise(5000), 'ä/ü.png': text('x'.repeat(9000)), 'a/2.jpg': noise(70_000, 2) }
    const archive = zipSync({
      ...contents,
      'a/b/1.jpg': [contents['a/b/1.jpg'], { level: 0 }],
      'empty/': new Uint8Array(),
    })
    const files = await zipFiles(blob(archive))
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['a/2.jpg', 70_000],
      ['a/b/1.jpg', 5000],
      ['ä/ü.png', 9000],
    ])
    expect(await Promise.all(files.map((file) => file.read()))).toEqual([
      contents['a/2.jpg'],
      contents['a/b/1.jpg'],
      contents['ä/ü.png'],
    ])
  })

  test('what systems leave in archives is left out, and backslashes are folders', async () => {
    const archive = zipSync({
      '__MACOSX/a.jpg': noise(9),
      'x/.DS_Store': noise(9),
      'x/Thumbs.db': noise(9),
      'x\\y.jpg': noise(9),
    })
    expect((await zipFiles(blob(archive))).map(({ name }) => name)).toEqual(['x/y.jpg'])
  })

  test('an empty entry and an empty archive', async () => {
    const [file] = await zipFiles(blob(zipSync({ 'a.jpg': new Uint8Array() })))
    expect(await file.read()).toEqual(new Uint8Array())
    expect(await zipFiles(blob(zipSync({})))).toEqual([])
  })

  test('tens of thousands of entries', async () => {
    const archive = zipSync(
      Object.fromEntries(
        Array.from({ length: 30_000 }, (_, i) => [`p/${String(i).padStart(5, '0')}.jpg`, Uint8Array.of(i % 256)]),
      ),
      { level: 0 },
    )
    const files = await zipFiles(blob(archive))
    expect(files).toHaveLength(30_000)
    expect(await files[29_999].read()).toEqual(Uint8Array.of(29_999 % 256))
  })

  test('an archive that is none, or is cut off, says so', async () => {
    await expect(zipFiles(blob(noise(1000)))).rejects.toThrow(/no \.zip file, or is cut off/)
    const archive = zipSync({ 'a.jpg': noise(100) })
    await expect(zipFiles(blob(archive.subarray(0, -10)))).rejects.toThrow(/cut off/)
    await expect(zipFiles(blob(archive.subarray(50)))).rejects.toThrow(/archive/)
  })

  test('a bomb is refused by what it promises', async () => {
    const archive = zipSync({ 'a.bmp': new Uint8Array(1_000_000) })
    new DataView(archive.buffer).setUint32(find(archive, CENTRAL) + 24, 60_000_000, true)
    await expect(zipFiles(blob(archive))).rejects.toThrow(/would unpack to 60 MB/)
  })

  test('a bomb that lies about its size is stopped while it is inflated', async () => {
    const archive = zipSync({ 'a.bmp': new Uint8Array(4_000_000) })
    new DataView(archive.buffer).setUint32(find(archive, CENTRAL) + 24, 1000, true)
    const [file] = await zipFiles(blob(archive))
    expect(file.size).toBe(1000)
    await expect(file.read()).rejects.toThrow('damaged in the archive')
  })

  test.each([
    ['encrypted', 8, 1, 'encrypted in the archive'],
    ['of another method', 10, 12, 'compressed by method 12: use an ordinary .zip'],
  ])('an entry that is %s gives its reason, and the others can be read', async (_, field, value, reason) => {
    const archive = zipSync({ 'a.jpg': noise(100), 'b.jpg': noise(100) })
    const at = find(archive, CENTRAL)
    new DataView(archive.buffer).setUint16(at + field, value, true)
    const [a, b] = await zipFiles(blob(archive))
    await expect(a.read()).rejects.toThrow(reason)
    expect(await b.read()).toEqual(noise(100))
  })

  test('damaged data is noticed', async () => {
    const archive = zipSync({ 'a.txt': text('hello '.repeat(200)) })
    archive.fill(0xff, 36, 50)
    const [file] = await zipFiles(blob(archive))
    await expect(file.read()).rejects.toThrow('damaged in the archive')
  })

  test('ZIP64: sizes and places beyond 32 bits stand in the extra field', async () => {
    const files = await zipFiles(blob(zip64('big/1.jpg', text('hello'))))
    expect(files.map(({ name, size }) => [name, size])).toEqual([['big/1.jpg', 5]])
    expect(await files[0].read()).toEqual(text('hello'))
  })
})

/** One stored entry, with everything that can be said in 64 bits said there. */
function zip64(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(500)
  const view = new DataView(bytes.buffer)
  let at = 0
  const u16 = (...values: readonly number[]) => values.forEach((value) => (view.setUint16(at, value, true), (at += 2)))
  const u32 = (...values: readonly number[]) => values.forEach((value) => (view.setUint32(at, value, true), (at += 4)))
  const u64 = (...values: readonly number[]) => values.forEach((value) => u32(value, 0))
  const raw = (value: Uint8Array) => (bytes.set(value, at), (at += value.length))
  u32(0x04034b50)
  u16(45, 0, 0, 0, 0)
  u32(0, content.length, content.length)
  u16(name.length, 0)
  raw(text(name))
  raw(content)
  const central = at
  u32(CENTRAL)
  u16(45, 45, 0, 0, 0, 0)
  u32(0, 0xffff_ffff, 0xffff_ffff)
  u16(name.length, 28, 0, 0, 0)
  u32(0, 0xffff_ffff)
  raw(text(name))
  u16(1, 24)
  u64(content.length, content.length, 0)
  const end = at
  u32(0x06064b50)
  u64(44)
  u16(45, 45)
  u32(0, 0)
  u64(1, 1, end - central, central)
  u32(0x07064b50, 0)
  u64(end)
  u32(1, 0x06054b50)
  u16(0, 0, 0xffff, 0xffff)
  u32(0xffff_ffff, 0xffff_ffff)
  u16(0)
  return bytes.subarray(0, at)
}
