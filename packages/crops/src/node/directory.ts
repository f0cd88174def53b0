import { openAsBlob } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isClutter } from '../clutter.ts'
import { concurrently } from '../concurrently.ts'
import type { FileSource } from '../crop.ts'
import { CropsError } from '../errors.ts'
import { zipFiles } from '../zip.ts'

/**
 * All files below a directory or in a .zip, by path in code-unit order; links to folders are not followed. Throws
 * `CropsError('not-found')` when there is no such thing, `CropsError('archive')` for a broken archive.
 */
export async function directoryFiles(path: string): Promise<FileSource[]> {
  try {
    if ((await stat(path)).isFile()) return await zipFiles(await openAsBlob(path))
    const files = await concurrently(await readdir(path, { recursive: true, withFileTypes: true }), async (entry) => {
      const full = join(entry.parentPath, entry.name)
      const name = relative(path, full).replaceAll(sep, '/')
      if (entry.isDirectory() || isClutter(name)) return []
      const about = await stat(full)
      return about.isFile() ? [{ name, size: about.size, read: () => readBytes(full) }] : []
    })
    return files.flat().sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (error instanceof CropsError) throw error
    throw new CropsError('not-found', `Cannot read ${path}: check its name and permissions`, error)
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new CropsError('unreadable', `Cannot read ${path}`, error)
  })
}
