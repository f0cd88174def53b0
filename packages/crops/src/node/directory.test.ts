import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directoryFiles } from './directory.ts'

let root: string
const content = {
  'b/2.jpg': Uint8Array.of(2, 2),
  'a/deep/er/1.jpg': Uint8Array.of(1),
  'top.png': Uint8Array.of(3, 3, 3),
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'passerby-directory-'))
  for (const [name, bytes] of Object.entries({
    ...content,
    '.git/x': Uint8Array.of(9),
    'b/.DS_Store': Uint8Array.of(9),
  })) {
    await mkdir(join(root, 'tree', name, '..'), { recursive: true })
    await writeFile(join(root, 'tree', name), bytes)
  }
  await symlink(join(root, 'tree/b'), join(root, 'tree/a/linked-folder'))
  await writeFile(join(root, 'crops.zip'), zipSync(content))
})
afterAll(() => rm(root, { recursive: true }))

test.each(['tree', 'tree/', 'crops.zip'])('%s: all files by path, without hidden ones', async (path) => {
  const files = await directoryFiles(`${root}/${path}`)
  expect(files.map(({ name, size }) => [name, size])).toEqual([
    ['a/deep/er/1.jpg', 1],
    ['b/2.jpg', 2],
    ['top.png', 3],
  ])
  expect([...(await files[1].read())]).toEqual([2, 2])
})

test('what is not there, and what goes away meanwhile', async () => {
  await expect(directoryFiles(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' })
  await mkdir(join(root, 'short'))
  await writeFile(join(root, 'short', 'a.jpg'), '')
  const [file] = await directoryFiles(join(root, 'short'))
  await rm(join(root, 'short', 'a.jpg'))
  await expect(file.read()).rejects.toMatchObject({ code: 'unreadable' })
})
