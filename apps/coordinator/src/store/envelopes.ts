import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { UpdateHeader } from '@passerby/privacy'
import type { Report } from '@passerby/protocol'
import { makeFolder, readIfThere, removeFolder, shred, writeWhole } from './files.ts'

/**
 * Sealed updates as they were received, until their session closes:
 *   <federation>/<session>/key            the session's private key, wrapped
 *   <federation>/<session>/<client>/begin.json, <index>, commit.json
 * A chunk is acknowledged after its file is whole, so what is held is what a restarted coordinator finds. Nothing here is
 * synced to the disk: a loss of power may cost an open session its key or updates, and then its round opens anew.
 */
export interface Envelopes {
  session(federation: string, session: number): SessionFolder
  /** Removes whatever is left of other sessions of the federation; `undefined`: of all. */
  keepOnly(federation: string, session: number | undefined): Promise<void>
}

export interface SessionFolder {
  readKey(): Promise<Uint8Array | undefined>
  writeKey(wrapped: Uint8Array): Promise<void>
  /** What is held of a client's update, or `undefined`. */
  find(client: string): Promise<Envelope | undefined>
  /** Starts anew: what was held of this client's update goes. */
  begin(client: string, start: EnvelopeStart): Promise<Envelope>
  drop(client: string): Promise<void>
  /** Overwrites the key, and with it makes everything unreadable that was sealed to it; then removes the folder. */
  destroy(): Promise<void>
}

export interface EnvelopeStart {
  readonly header: UpdateHeader
  readonly enc: string
}

export interface Envelope extends EnvelopeStart {
  /** Indices of the chunks on disk. */
  readonly held: ReadonlySet<number>
  write(index: number, chunk: Uint8Array): Promise<void>
  chunk(index: number): Promise<Uint8Array | undefined>
  commit(seal: Commit): Promise<void>
  committed(): Promise<Commit | undefined>
}

export interface Commit {
  readonly signature: string
  readonly report: Report
}

export function diskEnvelopes(root: string): Envelopes {
  return {
    session: (federation, session) => sessionFolder(join(root, federation, String(session))),
    async keepOnly(federation, session) {
      const folder = await makeFolder(join(root, federation))
      for (const name of await readdir(folder))
        if (name !== String(session)) await sessionFolder(join(folder, name)).destroy()
    },
  }
}

function sessionFolder(folder: string): SessionFolder {
  const key = join(folder, 'key')
  return {
    readKey: () => readIfThere(key),
    async writeKey(wrapped) {
      await makeFolder(folder)
      await writeWhole(key, wrapped)
    },
    async find(client) {
      const start = await readJson<EnvelopeStart>(join(folder, client, 'begin.json'))
      if (start === undefined) return undefined
      const path = join(folder, client)
      const chunks = (await readdir(path)).filter((name) => /^\d+$/.test(name)).map(Number)
      return envelope(path, start, chunks)
    },
    async begin(client, start) {
      await removeFolder(join(folder, client))
      // Not with its parents: once the session's folder is gone, the session is closed.
      await mkdir(join(folder, client), { mode: 0o700 })
      await writeWhole(join(folder, client, 'begin.json'), JSON.stringify(start))
      return envelope(join(folder, client), start, [])
    },
    drop: (client) => removeFolder(join(folder, client)),
    async destroy() {
      await shred(key)
      await removeFolder(folder)
    },
  }
}

function envelope(folder: string, start: EnvelopeStart, chunks: readonly number[]): Envelope {
  const held = new Set(chunks)
  return {
    ...start,
    held,
    async write(index, chunk) {
      await writeWhole(join(folder, String(index)), chunk)
      held.add(index)
    },
    chunk: (index) => readIfThere(join(folder, String(index))),
    commit: (seal) => writeWhole(join(folder, 'commit.json'), JSON.stringify(seal)),
    committed: () => readJson<Commit>(join(folder, 'commit.json')),
  }
}

/** What only this module writes, whole or not at all; empty after a loss of power is not at all. */
async function readJson<Value>(path: string): Promise<Value | undefined> {
  const bytes = await readIfThere(path)
  return bytes === undefined || bytes.length === 0 ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Value)
}
