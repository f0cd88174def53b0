/**
 * A simulated run on disk after each round, so that a killed one goes on. A round is one folder, written beside and then
 * renamed: what has its name is whole. The folder belongs to one configuration, told by its fingerprint.
 */
import type { Group, ServerState } from '@passerby/federation'
import { decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { createHash } from 'node:crypto'
import { readdirSync, renameSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
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
  /** The last whole round, 0 where there is none. Throws as `load` does. */
  round(): Promise<number>
  /** Removes the rounds that are kept, and nothing else that lies in the folder. */
  clear(): Promise<void>
}

interface Index<Record> {
  readonly fingerprint: string
  readonly records: Record
  readonly federations: readonly KeptFederation[]
  /** Bytes of client memory. */
  readonly memories: readonly KeptMemory[]
}

interface KeptFederation {
  readonly federation: string
  /** Its global model. */
  readonly file: string
  /** Models that groups of clients have of their own. */
  readonly groups: readonly { readonly clients: readonly string[]; readonly file: string }[]
  /** Flat values that only the server needs. */
  readonly memory: readonly { readonly name: string; readonly file: string }[]
}

interface KeptMemory {
  readonly federation: string
  readonly client: string
  readonly key: string
  readonly file: string
}

const ROUND_FOLDER = /^round-(\d{6})$/

/** The last whole round that a folder holds now, of whatever configuration; 0 where there is none. */
export function keptRound(folder: string): number {
  return Math.max(0, ...namesIn(folder).flatMap((name) => Number(ROUND_FOLDER.exec(name)?.[1] ?? [])))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** `Record` is plain JSON. */
export function stateFolder<Record>(folder: string, configuration: unknown): StateFolder<Record> {
  const fingerprint = fingerprintOf(configuration)
  const rounds = async () => (await readdir(folder).catch(() => [])).filter((name) => ROUND_FOLDER.test(name)).sort()
  const lastRound = async () => {
    const last = (await rounds()).at(-1)
    if (last === undefined) return undefined
    const index = JSON.parse(await readFile(join(folder, last, 'index.json'), 'utf8')) as Index<Record>
    if (index.fingerprint !== fingerprint)
      throw new LabError(
        'unusable',
        `${folder} holds a run with other flags or data: choose another folder, or remove it`,
      )
    return { last, index, round: Number(ROUND_FOLDER.exec(last)?.[1]) }
  }
  return {
    async round() {
      return (await lastRound())?.round ?? 0
    },
    async load() {
      const found = await lastRound()
      if (found === undefined) return undefined
      const { last, index, round } = found
      const read = (file: string) => readFile(join(folder, last, file))
      const states = new Map<string, SimulationState>()
      for (const kept of index.federations) {
        const { federation } = kept
        const memories = new Map<string, Map<string, Uint8Array>>()
        for (const { client, key, file } of index.memories.filter((memory) => memory.federation === federation))
          memories.set(client, (memories.get(client) ?? new Map()).set(key, new Uint8Array(await read(file))))
        states.set(federation, { round, server: await readServer(kept, read), memories })
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
      const federations: KeptFederation[] = []
      const memories: KeptMemory[] = []
      for (const [federation, state] of states) {
        const write = (file: string, bytes: Uint8Array) => writeFile(join(part, file), bytes)
        federations.push({ federation, ...(await writeServer(state.server, `server-${federations.length}`, write)) })
        for (const [client, memory] of state.memories)
          for (const [key, bytes] of memory) {
            const file = `memory-${memories.length}`
            await writeFile(join(part, file), bytes)
            memories.push({ federation, client, key, file })
          }
      }
      const index: Index<Record> = { fingerprint, records, federations, memories }
      await writeFile(join(part, 'index.json'), JSON.stringify(index))
      // At once, so that whoever is interrupted finds it either not begun or done.
      renameSync(part, target)
      for (const old of before) await rm(join(folder, old), { recursive: true })
    },
    async clear() {
      for (const old of await rounds()) await rm(join(folder, old), { recursive: true })
    },
  }
}

async function readServer(
  { file, groups, memory }: KeptFederation,
  read: (file: string) => Promise<Uint8Array>,
): Promise<ServerState> {
  const model = async (file: string) => decodeSafetensors(await read(file)).params
  const read32 = async (file: string) => new Float32Array(new Uint8Array(await read(file)).buffer)
  const kept: Group[] = []
  for (const { clients, file } of groups) kept.push({ clients, model: await model(file) })
  const values: [string, Float32Array][] = []
  for (const { name, file } of memory) values.push([name, await read32(file)])
  return { global: await model(file), groups: kept, memory: Object.fromEntries(values) }
}

/** `name` begins the name of every file. */
async function writeServer(
  { global, groups, memory }: ServerState,
  name: string,
  write: (file: string, bytes: Uint8Array) => Promise<void>,
): Promise<Omit<KeptFederation, 'federation'>> {
  const file = `${name}.safetensors`
  await write(file, encodeSafetensors(global))
  const keptGroups: KeptFederation['groups'][number][] = []
  for (const { clients, model } of groups) {
    const file = `${name}-group-${keptGroups.length}.safetensors`
    await write(file, encodeSafetensors(model))
    keptGroups.push({ clients, file })
  }
  const keptMemory: KeptFederation['memory'][number][] = []
  for (const [value, { buffer, byteOffset, byteLength }] of Object.entries(memory)) {
    const file = `${name}-memory-${keptMemory.length}`
    await write(file, new Uint8Array(buffer, byteOffset, byteLength))
    keptMemory.push({ name: value, file })
  }
  return { file, groups: keptGroups, memory: keptMemory }
}

/** SHA-256 of a plain value: the same for the same flags and data. */
export function fingerprintOf(configuration: unknown): string {
  return createHash('sha256').update(JSON.stringify(configuration)).digest('hex')
}
