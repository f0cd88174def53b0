/** Keeps a client's pieces as files in a folder that only its owner can read: for headless participants. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { exportSigningKey, fromUtf8, importSigningKey, utf8 } from '@passerby/privacy'
import { ParticipantError } from './errors.ts'
import type { Keep, Kept, KeptUpload } from './keep.ts'

type Codecs = {
  readonly [Name in keyof Kept]: {
    encode(value: Kept[Name]): Uint8Array | Promise<Uint8Array>
    decode(bytes: Uint8Array): Kept[Name] | Promise<Kept[Name]>
  }
}

const codecs: Codecs = {
  identity: { encode: exportSigningKey, decode: importSigningKey },
  pin: { encode: utf8, decode: fromUtf8 },
  // Not believed as it is: whoever reads it verifies the identity's signature over it.
  upload: { encode: serialize, decode: (bytes) => deserialize(bytes) as KeptUpload },
}

/** One file per piece. Writes are atomic: a killed process leaves the old piece or the new one. */
export async function openFolderKeep(folder: string): Promise<Keep> {
  await stored(mkdir(folder, { recursive: true, mode: 0o700 }))
  const path = (name: keyof Kept) => join(folder, name)
  return {
    exportsKeys: true,
    async read(name) {
      const bytes = await stored(readFile(path(name)).catch(absent))
      return bytes && (await codecs[name].decode(bytes))
    },
    async write(name, value) {
      const fresh = `${path(name)}.new`
      await stored(writeFile(fresh, await codecs[name].encode(value), { mode: 0o600 }))
      await stored(rename(fresh, path(name)))
    },
    async remove(name) {
      await stored(rm(path(name), { force: true }))
    },
    async close() {},
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function stored<Value>(work: Promise<Value>): Promise<Value> {
  return await work.catch((cause: unknown) => {
    throw new ParticipantError('storage', 'The participant’s folder cannot be used. Is it writable?', { cause })
  })
}
