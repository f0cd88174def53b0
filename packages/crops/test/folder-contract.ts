/** What every `Folder` must do. Run by the tests of each implementation, on an empty folder per test. */
import { expect, test } from 'vitest'
import type { Folder } from '../src/folder.ts'

const bytes = (...values: readonly number[]) => Uint8Array.from(values)

/** `open` opens the folder of a name, which is empty the first time. */
export function folderContract(openNamed: (name: string) => Promise<Folder>): void {
  let opened = 0
  const open = () => openNamed(`contract-${opened++}`)

  test('gives back what was written, whole or in part', async () => {
    const folder = await open()
    await folder.write('a.bin', bytes(1, 2, 3, 4, 5))
    expect(await folder.read('a.bin')).toEqual(bytes(1, 2, 3, 4, 5))
    expect(await folder.read('a.bin', { start: 1, end: 3 })).toEqual(bytes(2, 3))
    expect(await folder.read('a.bin', { start: 4, end: 9 })).toEqual(bytes(5))
  })

  test('writing replaces the whole file, also by a shorter or an empty one', async () => {
    const folder = await open()
    await folder.write('a', bytes(1, 2, 3))
    await folder.write('a', bytes(9))
    expect(await folder.read('a')).toEqual(bytes(9))
    await folder.write('a', bytes())
    expect(await folder.read('a')).toEqual(bytes())
  })

  test('writes a view of a larger buffer, and no more than the view', async () => {
    const folder = await open()
    await folder.write('a', bytes(1, 2, 3, 4).subarray(1, 3))
    expect(await folder.read('a')).toEqual(bytes(2, 3))
  })

  test('lists names in code-unit order, and removes them', async () => {
    const folder = await open()
    for (const name of ['b', 'a.10', 'a.2']) await folder.write(name, bytes(1))
    expect(await folder.list()).toEqual(['a.10', 'a.2', 'b'])
    await folder.remove('a.2')
    await folder.remove('never-there')
    expect(await folder.list()).toEqual(['a.10', 'b'])
    expect(await folder.read('a.2')).toBeUndefined()
  })

  test('counts what is used, and says what is left', async () => {
    const folder = await open()
    expect((await folder.usage()).used).toBe(0)
    await folder.write('a', new Uint8Array(1000))
    await folder.write('b', new Uint8Array(24))
    const { used, left } = await folder.usage()
    expect(used).toBe(1024)
    expect(left).toBeGreaterThan(0)
  })

  test('keeps files when it is opened again', async () => {
    await (await openNamed('again')).write('a', bytes(7))
    const folder = await openNamed('again')
    expect(await folder.list()).toEqual(['a'])
    expect(await folder.read('a')).toEqual(bytes(7))
  })

  test.each(['', '.hidden', '../up', 'a/b', 'A', 'a\\b', 'ä', 'x'.repeat(101)])('refuses the name %j', async (name) => {
    const folder = await open()
    await expect(folder.write(name, bytes(1))).rejects.toThrow(RangeError)
    await expect(folder.read(name)).rejects.toThrow(RangeError)
    await expect(folder.remove(name)).rejects.toThrow(RangeError)
    expect(await folder.list()).toEqual([])
  })
}
