import { CropsError } from '../errors.ts'
import { checkFileName, type Folder } from '../folder.ts'

/**
 * Opens a folder of the origin's private file system (OPFS) by path, e.g. `['crops']`, and makes it where needed.
 * Works in pages and workers. A file is swapped in when its stream closes, so a crash leaves the old one.
 * Throws `CropsError('storage')` where the browser has no OPFS (private windows of some).
 */
export async function openOpfsFolder(path: readonly string[]): Promise<Folder> {
  let directory: FileSystemDirectoryHandle
  try {
    directory = await navigator.storage.getDirectory()
    for (const name of path) directory = await directory.getDirectoryHandle(checkFileName(name), { create: true })
  } catch (error) {
    throw new CropsError(
      'storage',
      'This browser keeps no files for this site: leave the private window, or use another browser',
      error,
    )
  }
  return {
    async read(name, range) {
      const handle = await existing(directory, name)
      if (handle === undefined) return undefined
      const file = await handle.getFile()
      return new Uint8Array(await (range === undefined ? file : file.slice(range.start, range.end)).arrayBuffer())
    },
    async write(name, bytes) {
      const handle = await directory.getFileHandle(checkFileName(name), { create: true })
      const stream = await handle.createWritable()
      try {
        await stream.write(bytes.slice())
        await stream.close()
      } catch (error) {
        await stream.abort().catch(() => undefined)
        throw isFull(error)
          ? new CropsError(
              'storage-full',
              'The storage of this site is full: delete something, or allow it more',
              error,
            )
          : new CropsError('storage', `Cannot write ${name}`, error)
      }
    },
    async remove(name) {
      if (await existing(directory, name)) await directory.removeEntry(name)
    },
    list: () => fileNames(directory),
    async usage() {
      let used = 0
      for (const name of await fileNames(directory))
        used += (await (await directory.getFileHandle(name)).getFile()).size
      const { quota = 0, usage = 0 } = await navigator.storage.estimate()
      return { used, left: Math.max(0, quota - usage) }
    },
  }
}

async function existing(directory: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle | undefined> {
  try {
    return await directory.getFileHandle(checkFileName(name))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined
    throw error
  }
}

async function fileNames(directory: FileSystemDirectoryHandle): Promise<readonly string[]> {
  const names: string[] = []
  for await (const [name, handle] of directory.entries()) if (handle.kind === 'file') names.push(name)
  return names.filter((name) => !name.endsWith('.crswap')).sort()
}

const isFull = (error: unknown) => error instanceof DOMException && error.name === 'QuotaExceededError'
