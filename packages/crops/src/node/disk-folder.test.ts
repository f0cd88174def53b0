import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cropStoreContract } from '../../test/crop-store-contract.ts'
import { folderContract } from '../../test/folder-contract.ts'
import { openDiskFolder } from './disk-folder.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'passerby-folder-'))
})
afterAll(() => rm(root, { recursive: true }))

folderContract((name) => openDiskFolder(join(root, name)))
cropStoreContract((name) => openDiskFolder(join(root, name)))

test('what a crash left half written is neither listed nor kept', async () => {
  const directory = join(root, 'crashed')
  await openDiskFolder(directory)
  await writeFile(join(directory, '.writing-1'), 'half')
  const folder = await openDiskFolder(directory)
  expect(await folder.list()).toEqual([])
  expect(await readdir(directory)).toEqual([])
})

test('a path that cannot be a folder is an error that says so', async () => {
  await writeFile(join(root, 'file'), '')
  await expect(openDiskFolder(join(root, 'file', 'below'))).rejects.toThrow(/Cannot make the folder/)
})
