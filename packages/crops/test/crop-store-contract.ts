/** What the crop store must do over any `Folder`. Run by the tests of each implementation. */
import { expect, test } from 'vitest'
import type { Crop } from '../src/crop.ts'
import { openCropStore } from '../src/crop-store.ts'
import type { Folder } from '../src/folder.ts'

const record = { source: 'my crops', pattern: '{identity}/{camera}_*' }

const crop = (index: number, length: number): Crop => ({
  name: `p${index % 7}/c1_${index}.jpg`,
  identity: `p${index % 7}`,
  camera: 'c1',
  size: length,
  read: () => Promise.resolve(new Uint8Array(length).fill(index)),
})
const crops = (count: number, length: number) => Array.from({ length: count }, (_, index) => crop(index, length))

/** Labels, and the bytes summed up: comparing megabytes value by value would take the test framework minutes. */
async function contentOf(set: readonly Crop[]) {
  return Promise.all(
    set.map(async (crop) => {
      const bytes = await crop.read()
      const { name, identity, camera } = crop
      return {
        name,
        identity,
        camera,
        length: bytes.length,
        value: bytes.at(0),
        even: bytes.every((b) => b === bytes[0]),
      }
    }),
  )
}

/** `openNamed` opens the folder of a name, which is empty the first time. */
export function cropStoreContract(openNamed: (name: string) => Promise<Folder>): void {
  test('a reload finds the crops of the last import, byte for byte', async () => {
    const given = crops(200, 50_000) // two packs
    const saved = await openCropStore(await openNamed('store-a')).save(given, record)
    const loaded = await openCropStore(await openNamed('store-a')).load()
    expect(loaded).toMatchObject(record)
    expect(await contentOf(loaded?.crops ?? [])).toEqual(await contentOf(given))
    expect(saved.crops.map(({ name }) => name)).toEqual(given.map(({ name }) => name))
  })

  test('another import replaces the first and leaves nothing of it', async () => {
    const folder = await openNamed('store-b')
    const store = openCropStore(folder)
    await store.save(crops(100, 10_000), record)
    await store.save(crops(3, 10), { ...record, source: 'others' })
    expect((await store.load())?.source).toBe('others')
    expect(await contentOf((await store.load())?.crops ?? [])).toEqual(await contentOf(crops(3, 10)))
    expect((await store.usage()).used).toBeLessThan(2000)
  })

  test('delete everything leaves nothing', async () => {
    const folder = await openNamed('store-c')
    const store = openCropStore(folder)
    await store.save(crops(10, 1000), record)
    await store.clear()
    expect(await store.load()).toBeUndefined()
    expect(await folder.list()).toEqual([])
    expect((await store.usage()).used).toBe(0)
  })

  test('an import that fails or is aborted leaves the former one whole and no waste', async () => {
    const folder = await openNamed('store-d')
    const store = openCropStore(folder)
    await store.save(crops(5, 1000), record)
    const before = await folder.list()
    const broken = [...crops(180, 50_000), { ...crop(150, 10), read: () => Promise.reject(new Error('gone')) }]
    await expect(store.save(broken, record)).rejects.toThrow('gone')
    const abort = new AbortController()
    const watch = { signal: abort.signal, onProgress: () => abort.abort() }
    await expect(store.save(crops(300, 1000), record, watch)).rejects.toThrow(/abort/i)
    expect(await contentOf((await store.load())?.crops ?? [])).toEqual(await contentOf(crops(5, 1000)))
    expect(await folder.list()).toEqual(before)
  })

  test('a crash at any write leaves the former import or the new one, and the next import cleans up', async () => {
    for (let crashAt = 1; crashAt <= 4; crashAt++) {
      const folder = await openNamed(`store-crash-${crashAt}`)
      await openCropStore(folder).save(crops(2, 10), record)
      let writes = 0
      let crashed = false
      const crashing: Folder = {
        ...folder,
        write: async (name, bytes) => {
          crashed ||= ++writes === crashAt
          if (crashed) throw new Error('crash')
          return folder.write(name, bytes)
        },
        remove: async (name) => (crashed ? Promise.reject(new Error('crash')) : folder.remove(name)),
      }
      const outcome = await openCropStore(crashing)
        .save(crops(200, 50_000), record)
        .then(
          () => 200,
          () => 2,
        )
      expect(outcome).toBe(writes >= crashAt ? 2 : 200)
      const loaded = await openCropStore(folder).load()
      expect(await contentOf(loaded?.crops ?? [])).toEqual(
        await contentOf(outcome === 2 ? crops(2, 10) : crops(200, 50_000)),
      )
      await openCropStore(folder).save(crops(1, 10), record)
      expect(await folder.list()).toHaveLength(2)
    }
  })

  test('a damaged index or a missing pack says what to do', async () => {
    const folder = await openNamed('store-e')
    const store = openCropStore(folder)
    const { crops: saved } = await store.save(crops(1, 10), record)
    for (const name of await folder.list()) if (name !== 'index.json') await folder.remove(name)
    await expect(saved[0].read()).rejects.toThrow(/import the crops again/)
    await folder.write('index.json', new TextEncoder().encode('{"version":1'))
    await expect(store.load()).rejects.toThrow(/import them again/)
    await store.save(crops(1, 10), record)
    expect((await store.load())?.crops).toHaveLength(1)
  })

  test('tells how far it is', async () => {
    const seen: number[] = []
    const onProgress = ({ done }: { done: number }) => seen.push(done)
    await openCropStore(await openNamed('store-f')).save(crops(130, 1), record, { onProgress })
    expect(seen).toEqual([64, 128, 130])
  })
}
