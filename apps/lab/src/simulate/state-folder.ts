/**
 * A simulated run on disk after each round, so that a killed one goes on. A round is one folder, written beside and then
 * renamed: what has its name is whole. The folder belongs to one configuration, told by its fingerprint.
 */
import { decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import type { SimulationState } from './play-round.ts'

/** Where every federation of a run stands, by its name: all after the same round. */
export type RunState = ReadonlyMap<string, SimulationState>

export interface KeptRun<Record> {
  readonly round: number
  readonly states: RunState
  readonly records: Record
}

export interface StateFolder<Record> {
  /** The last whole round with its records, or `undefined`. Throws `LabError` when it is of another configuration. */
  load(): Promise<KeptRun<Record> | undefined>
  save(states: RunState, records: Record): Promise<void>
  /** Removes everything that is kept. */
  clear(): Promise<void>
}

interface Index<Record> {
  readonly fingerprint: string
  readonly records: Record
  readonly models: readonly { readonly federation: string; readonly file: string }[]
  /** Bytes of client memory. */
  readonly memories: readonly KeptMemory[]
}

interface KeptMemory {
  readonly federation: string
  readonly client: string
  readonly key: string
  readonly file: string
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
        throw new LabError(
          'unusable',
          `${folder} holds a run with other flags or data: choose another folder, or remove it`,
        )
      const round = Number(ROUND_FOLDER.exec(last)?.[1])
      const states = new Map<string, SimulationState>()
      for (const { federation, file } of index.models) {
        const { params: global } = decodeSafetensors(await read(file))
        const memories = new Map<string, Map<string, Uint8Array>>()
        for (const { client, key, file } of index.memories.filter((memory) => memory.federation === federation))
          memories.set(client, (memories.get(client) ?? new Map()).set(key, new Uint8Array(await read(file))))
        states.set(federation, { round, global, memories })
      }
      return { round, states, records: index.records }
    },
    async save(states, records) {
      const before = await rounds()
      const round = Math.max(...[...states.values()].map((state) => state.round))
      const target = join(folder, `round-${String(round).padStart(6, '0')}`)
      const part = `${target}.part`
      await rm(part, { recursive: true, force: true })
      await mkdir(part, { recursive: true })
      const models: Index<Record>['models'][number][] = []
      const memories: KeptMemory[] = []
      for (const [federation, state] of states) {
        const file = `model-${models.length}.safetensors`
        await writeFile(join(part, file), encodeSafetensors(state.global))
        models.push({ federation, file })
        for (const [client, memory] of state.memories)
          for (const [key, bytes] of memory) {
            const file = `memory-${memories.length}`
            await writeFile(join(part, file), bytes)
            memories.push({ federation, client, key, file })
          }
      }
      const index: Index<Record> = { fingerprint, records, models, memories }
      await writeFile(join(part, 'index.json'), JSON.stringify(index))
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
