import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readNamed, refuseToReplace } from './files.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-files-'))
  await mkdir(join(folder, 'empty'))
  await writeFile(join(folder, 'there'), 'x')
})
afterAll(() => rm(folder, { recursive: true }))

test('why a file cannot be read is said', async () => {
  await expect(readNamed(folder, 'The model file')).rejects.toThrow('cannot be read: it is a folder')
  await expect(readNamed(join(folder, 'none'), 'The file')).rejects.toThrow('cannot be read: there is no such file')
})

test('what is there is replaced by force only; an empty folder is nothing', async () => {
  await refuseToReplace([join(folder, 'none'), join(folder, 'empty')], false)
  await expect(refuseToReplace([join(folder, 'none'), join(folder, 'there')], false)).rejects.toThrow(
    /there is .*--force/,
  )
  await expect(refuseToReplace([folder], false)).rejects.toThrow('--force')
  await refuseToReplace([folder], true)
})
