/**
 * A simulation on disk after each round, so that a killed one goes on. A round is one folder, written beside and then
 * renamed: what has its name is whole. The folder belongs to one configuration, told by its fingerprint.
 */
import { decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import type { SimulationState } from './play-round.ts'

export interface StateFolder<Record> {
  /** The last whole round with its records, or `undefined`. Throws `LabError` when it is of another configuration. */
  load(): Promise<{ readonly state: SimulationState; readonly records: Record } | undefined>
  save(state: SimulationState, records: Record): Promise<void>
  /** Removes everything that is kept. */
  clear(): Promise<void>
}

interface Index<Record> {
  readonly fingerprint: string
  readonly records: Record
  /** Bytes of client memory, by file name. */
  readonly memories: readonly { readonly client: string; readonly key: string; readonly file: string }[]
}

const ROUND_FOLDER = /^round-(\d{6})$/

/** `Record` is plain JSON. */
export function stateFolder<Record>(folder: string, configuration: unknown): StateFolder<Record> {
  const fingerprint = fingerprintOf(configuration)
  const rounds = async () => (await readdir(folder).catch(() => [])).filter((name) => ROUND_FOLDER.test(name)).sort()
  return {
    async load() {
      const last = (await rounds()).at(-1)
      if (last === undefined) return undefined
      const read = (file: string) => readFile(join(folder, last, file))
      const index = JSON.parse(await readFile(join(folder, last, 'index.json'), 'utf8')) as Index<Record>
      if (index.fingerprint !== fingerprint)
        throw new LabError('unusable', `${folder} holds a run with other flags or data: choose another --state folder`)
      const memories = new Map<string, Map<string, Uint8Array>>()
      for (const { client, key, file } of index.memories)
        memories.set(client, (memories.get(client) ?? new Map()).set(key, new Uint8Array(await read(file))))
      const { params: global } = decodeSafetensors(await read('model.safetensors'))
      return { state: { round: Number(ROUND_FOLDER.exec(last)?.[1]), global, memories }, records: index.records }
    },
    async save(state, records) {
      const before = await rounds()
      const target = join(folder, `round-${String(state.round).padStart(6, '0')}`)
      const part = `${target}.part`
      await rm(part, { recursive: true, force: true })
      await mkdir(part, { recursive: true })
      await writeFile(join(part, 'model.safetensors'), encodeSafetensors(state.global))
      const kept = [...state.memories].flatMap(([client, memory]) =>
        [...memory].map(([key, bytes]) => ({ client, key, bytes })),
      )
      const memories = kept.map(({ client, key }, at) => ({ client, key, file: `memory-${at}` }))
      for (const [at, { bytes }] of kept.entries()) await writeFile(join(part, memories[at].file), bytes)
      await writeFile(join(part, 'index.json'), JSON.stringify({ fingerprint, records, memories }))
      await rename(part, target)
      for (const old of before) await rm(join(folder, old), { recursive: true })
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  }
}

/** SHA-256 of a plain value: the same for the same flags and data. */
export function fingerprintOf(configuration: unknown): string {
  return createHash('sha256').update(JSON.stringify(configuration)).digest('hex')
}
