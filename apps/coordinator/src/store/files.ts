import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '../errors.ts'

/** A file that is whole or absent, whenever the process is killed or power is lost: written beside, synced, renamed. */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  await writeBeside(path, bytes, true)
  await syncPath(dirname(path))
}

/** A file that is whole or absent, whenever the process is killed; a loss of power may damage it until it is synced. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  await writeBeside(path, bytes, false)
}

async function writeBeside(path: string, bytes: Uint8Array | string, synced: boolean): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.part`
  const file = await open(beside, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    if (synced) await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

/** A folder that nobody else may read, with its parents. */
export async function makeFolder(path: string): Promise<string> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first !== undefined) await syncPath(dirname(first))
  return path
}

/** The file's bytes, or `undefined` when there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Overwrites a secret before its name goes, so that its bytes do not stay where a file was. */
export async function shred(path: string): Promise<void> {
  const bytes = await readIfThere(path)
  if (bytes === undefined) return
  const file = await open(path, 'r+')
  try {
    await file.write(new Uint8Array(bytes.length), 0, bytes.length, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await rm(path, { force: true })
}

/** Removes a folder in one instant for whoever writes into it by path: a late writer fails instead of leaving a file. */
export async function removeFolder(path: string): Promise<void> {
  const away = join(dirname(path), `.${randomBytes(6).toString('hex')}.gone`)
  try {
    await rename(path, away)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  await rm(away, { recursive: true, force: true })
}

/** What was written to this file, or the names in this folder, survive a loss of power from now on. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
