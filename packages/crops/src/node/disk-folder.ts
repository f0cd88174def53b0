import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { CropsError } from '../errors.ts'
import { checkFileName, type Folder } from '../folder.ts'

/** Files being written start with a dot, which `checkFileName` refuses, and are renamed when they are whole. */
const UNFINISHED = '.writing-'

/** Opens a directory as a `Folder`, and makes it where needed. What a crash left half written is removed. */
export async function openDiskFolder(directory: string): Promise<Folder> {
  await mkdir(directory, { recursive: true }).catch(fail(`Cannot make the folder ${directory}`))
  for (const name of await readdir(directory))
    if (name.startsWith(UNFINISHED)) await rm(join(directory, name), { force: true })
  const pathOf = (name: string) => join(directory, checkFileName(name))
  const list = async () => (await readdir(directory)).filter((name) => !name.startsWith('.')).sort()
  return {
    list,
    async read(name, range) {
      const path = pathOf(name)
      try {
        return new Uint8Array(range === undefined ? await readFile(path) : await readRange(path, range))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw fromSystem(`Cannot read ${path}`, error)
      }
    },
    async write(name, bytes) {
      const path = pathOf(name)
      const unfinished = join(directory, UNFINISHED + randomUUID())
      try {
        const file = await open(unfinished, 'wx')
        await file.writeFile(bytes).finally(() => file.sync().finally(() => file.close()))
        await rename(unfinished, path)
      } catch (error) {
        await rm(unfinished, { force: true })
        throw fromSystem(`Cannot write ${path}`, error)
      }
    },
    async remove(name) {
      await rm(pathOf(name), { force: true }).catch(fail(`Cannot remove ${name} from ${directory}`))
    },
    async usage() {
      const sizes = await Promise.all((await list()).map(async (name) => (await stat(join(directory, name))).size))
      const { bavail, bsize } = await statfs(directory)
      return { used: sizes.reduce((sum, size) => sum + size, 0), left: bavail * bsize }
    },
  }
}

async function readRange(path: string, { start, end }: { start: number; end: number }): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const bytes = new Uint8Array(end - start)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

function fromSystem(message: string, error: unknown): CropsError {
  return codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
    ? new CropsError('storage-full', `${message}: the disk is full`, error)
    : new CropsError('storage', `${message}: check its permissions`, error)
}

const fail = (message: string) => (error: unknown) => {
  throw fromSystem(message, error)
}
