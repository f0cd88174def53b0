import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isClutter } from '../clutter.ts'
import { concurrently } from '../concurrently.ts'
import type { FileSource } from '../crop.ts'
import { CropsError } from '../errors.ts'

/** All files below a directory, by path in code-unit order. Throws `CropsError('not-found')` when there is no such directory. */
export async function directoryFiles(directory: string): Promise<FileSource[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new CropsError('not-found', `Cannot read the directory ${directory}: check its name and permissions`, error)
  })
  const found = await concurrently(entries, async (entry): Promise<FileSource[]> => {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).replaceAll(sep, '/')
    if (entry.isDirectory() || isClutter(name)) return []
    const about = await stat(path)
    return about.isFile() ? [{ name, size: about.size, read: () => readBytes(path) }] : []
  })
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new CropsError('unreadable', `Cannot read ${path}`, error)
  })
}
