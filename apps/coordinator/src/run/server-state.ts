import { type SharedState, view } from '@passerby/federation'
import { decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import type { BlobName, BlobStore } from '../store/blobs.ts'
import type { KeptGroup } from '../store/schema.ts'

/** What a run's server knows after its newest round, as it lies on disk. */
export interface KeptState {
  /** What a client starts from that is in no group. */
  readonly model: BlobName
  readonly groups: readonly KeptGroup[]
  /** What only the strategy's server half needs, in one file. */
  readonly memory: BlobName | null
}

/** The group that a client is in, if it is in one: federation's `modelFor` on what is kept. */
export function groupOf({ groups }: Pick<KeptState, 'groups'>, client: string): KeptGroup | undefined {
  return groups.find(({ clients }) => clients.includes(client))
}

/** What a client starts from, and measures. */
export function modelOf(kept: KeptState, client: string): BlobName {
  return groupOf(kept, client)?.model ?? kept.model
}

/** Everything that some client starts from, each once; the model of those in no group first. */
export function modelsOf({ model, groups }: KeptState): readonly BlobName[] {
  const all = [model, ...groups.map((group) => group.model)]
  return all.filter(({ sha256 }, at) => all.findIndex((other) => other.sha256 === sha256) === at)
}

/** Throws `CoordinatorError` when a file is gone. */
export async function readShared({ model, memory }: KeptState, blobs: BlobStore): Promise<SharedState> {
  return {
    global: decodeSafetensors(await blobs.read(model.sha256)).params,
    memory: memory === null ? {} : decodeMemory(await blobs.read(memory.sha256)),
  }
}

/** `undefined` where the strategy remembers nothing. `about`: whose it is, so that no other file has its hash. */
export function encodeMemory(
  memory: SharedState['memory'],
  about: Readonly<Record<'federation' | 'round' | 'session', string>>,
): Uint8Array | undefined {
  const entries = Object.entries(memory)
  if (entries.length === 0) return undefined
  const layout = entries.map(([name, { length }]) => ({ name, shape: [length], role: 'weight' }) as const)
  const values = new Float32Array(entries.reduce((total, [, { length }]) => total + length, 0))
  let at = 0
  for (const [, part] of entries) {
    values.set(part, at)
    at += part.length
  }
  return encodeSafetensors({ layout, values }, about)
}

function decodeMemory(file: Uint8Array): SharedState['memory'] {
  const { params } = decodeSafetensors(file)
  return Object.fromEntries(params.layout.map(({ name }) => [name, view(params, name)]))
}
