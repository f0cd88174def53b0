import { mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { diskBlobs } from './blobs.ts'
import { diskEnvelopes } from './envelopes.ts'
import { makeFolder, readIfThere, removeFolder, shred, writeDurably } from './files.ts'
import { lockFolder, processStart } from './folder-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-store-'))
})
afterEach(async () => await rm(folder, { recursive: true, force: true }))

const bytes = Uint8Array.of(1, 2, 3)

describe('files', () => {
  test('a file is whole, private, and nothing is left beside it', async () => {
    await writeDurably(join(folder, 'a'), bytes)
    await writeDurably(join(folder, 'a'), Uint8Array.of(9))
    expect(await readdir(folder)).toEqual(['a'])
    expect([...(await readFile(join(folder, 'a')))]).toEqual([9])
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o600)
  })

  test('a secret is overwritten before its name goes', async () => {
    const path = join(folder, 'secret')
    await writeDurably(path, bytes)
    const held = await open(path, 'r')
    await shred(path)
    expect([...(await held.readFile())]).toEqual([0, 0, 0])
    await held.close()
    expect(await readIfThere(path)).toBeUndefined()
    await shred(path)
  })

  test('who still writes into a removed folder fails, and leaves nothing', async () => {
    const path = await makeFolder(join(folder, 'session'))
    await removeFolder(path)
    await expect(writeDurably(join(path, 'late'), bytes)).rejects.toThrow('ENOENT')
    expect(await readdir(folder)).toEqual([])
    await removeFolder(path)
  })
})

describe('blobs', () => {
  // SHA-256 of the bytes 1, 2, 3.
  const sha256 = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81'

  test('are named by their SHA-256 and written once', async () => {
    const blobs = diskBlobs(folder)
    for (let time = 0; time < 2; time++) {
      const { durable, ...name } = await blobs.put(bytes)
      expect(name).toEqual({ sha256, bytes: 3 })
      await durable
    }
    expect([...(await blobs.read(sha256))]).toEqual([1, 2, 3])
    expect((await blobs.open(sha256))?.bytes).toBe(3)
  })

  test('one that is missing is said so', async () => {
    expect(await diskBlobs(folder).open(sha256)).toBeUndefined()
    await expect(diskBlobs(folder).read(sha256)).rejects.toMatchObject({ code: 'bad-folder' })
  })
})

describe('envelopes', () => {
  const start = { header: { chunks: 2 } as never, enc: 'first' }

  test('what is held is what another process finds on disk', async () => {
    const session = diskEnvelopes(folder).session('fed', 1)
    await session.writeKey(bytes)
    const envelope = await session.begin('anna', start)
    await envelope.write(1, bytes)
    const found = await diskEnvelopes(folder).session('fed', 1).find('anna')
    expect([...(found?.held ?? [])]).toEqual([1])
    expect(found?.enc).toBe('first')
    expect(await found?.chunk(0)).toBeUndefined()
    expect(await found?.committed()).toBeUndefined()
  })

  test('another beginning drops the chunks, and an unfinished one counts for nothing', async () => {
    const session = diskEnvelopes(folder).session('fed', 1)
    await session.writeKey(bytes)
    await (await session.begin('anna', start)).write(0, bytes)
    expect((await session.begin('anna', { ...start, enc: 'second' })).held.size).toBe(0)
    await writeFile(join(folder, 'fed', '1', 'anna', 'begin.json'), '')
    expect(await session.find('anna')).toBeUndefined()
    await rm(join(folder, 'fed', '1', 'anna', 'begin.json'))
    expect(await session.find('anna')).toBeUndefined()
  })

  test('a closed session takes nothing more', async () => {
    const session = diskEnvelopes(folder).session('fed', 1)
    await session.writeKey(bytes)
    const envelope = await session.begin('anna', start)
    await session.destroy()
    await expect(envelope.write(0, bytes)).rejects.toThrow('ENOENT')
    await expect(session.begin('anna', start)).rejects.toThrow('ENOENT')
    expect(await readdir(join(folder, 'fed'))).toEqual([])
    await session.destroy()
  })

  test('of other sessions nothing is kept', async () => {
    const envelopes = diskEnvelopes(folder)
    for (const session of [1, 2, 3]) await envelopes.session('fed', session).writeKey(bytes)
    await envelopes.keepOnly('fed', 2)
    expect(await readdir(join(folder, 'fed'))).toEqual(['2'])
    await envelopes.keepOnly('fed', undefined)
    expect(await readdir(join(folder, 'fed'))).toEqual([])
  })
})

describe('the lock of a data folder', () => {
  test('admits one coordinator, and the next after it', async () => {
    const lock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'folder-locked' })
    await lock.release()
    await (await lockFolder(folder)).release()
  })

  test('names the process that holds it, and outlives no process', async () => {
    // The id of a live process with another start time: the lock of a former process of that id.
    await writeFile(join(folder, 'lock'), `${process.ppid} 0`)
    const lock = await lockFolder(folder)
    await lock.release()
    await writeFile(join(folder, 'lock'), '999999999 0')
    await (await lockFolder(folder)).release()
    const parent = process.ppid
    await writeFile(join(folder, 'lock'), `${parent} ${processStart(parent)}`)
    await expect(lockFolder(folder)).rejects.toThrow(`process ${parent}`)
  })
})
