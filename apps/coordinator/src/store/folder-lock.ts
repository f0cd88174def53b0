import { readFileSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CoordinatorError, systemCode } from '../errors.ts'
import { readIfThere } from './files.ts'

/**
 * One coordinator per data folder. The lock file names its holder by process id and start time, so that a lock left
 * by a killed process is told from a live one even when another process got its id.
 */
export interface FolderLock {
  release(): Promise<void>
}

/** Throws `CoordinatorError` `folder-locked` while another coordinator uses the folder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock')
  const mine = `${process.pid} ${processStart(process.pid)}`
  if (heldHere.has(path)) throw locked(folder, process.pid)
  const holder = await holderOf(path)
  if (holder !== undefined) throw locked(folder, holder)
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(mine)
    await file.close()
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw locked(folder)
    throw error
  }
  heldHere.add(path)
  return {
    async release() {
      heldHere.delete(path)
      await rm(path, { force: true })
    },
  }
}

/** Folders that this very process holds. */
const heldHere = new Set<string>()

/** The live process that holds the lock; a dead one's lock is removed. */
async function holderOf(path: string): Promise<number | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const [pid, start] = new TextDecoder().decode(text).split(' ')
  if (isAlive(Number(pid)) && Number(pid) !== process.pid && processStart(Number(pid)) === start) return Number(pid)
  await rm(path, { force: true })
  return undefined
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

/** When the process started, as the kernel counts it (field 22 of /proc/<pid>/stat); '-' where there is no /proc. */
export function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}

function locked(folder: string, pid?: number): CoordinatorError {
  const who = pid === undefined ? 'Another coordinator' : `Another coordinator (process ${pid})`
  return new CoordinatorError(
    'folder-locked',
    `${who} uses the data folder ${folder}. Stop it first, or give this one another folder by --data.`,
  )
}
