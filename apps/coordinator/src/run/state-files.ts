import type { Params, ServerState } from '@passerby/federation'
import { canonicalText, hex, sha256, sign, utf8 } from '@passerby/privacy'
import { type PublishedModel, encodeSafetensors } from '@passerby/protocol'
import type { BlobName } from '../store/blobs.ts'
import type { ModelRow } from '../store/models.ts'
import type { KeptGroup } from '../store/schema.ts'
import type { SessionRow } from '../store/sessions.ts'
import type { RunCore } from './core.ts'
import { type KeptState, encodeMemory } from './server-state.ts'

/** The files of a round's new state. A group's model is written as soon as it is made, and not held in memory after it. */
export interface StateFiles {
  putGroup(model: Params): Promise<BlobName>
  /** Writes what everyone shares. Resolves when every file is on the disk. */
  finish(state: ServerState<BlobName>): Promise<FinishedState>
  /** Deletes what was written, which nothing else has the name of: the state does not count. */
  discard(): Promise<void>
}

export interface FinishedState {
  readonly kept: KeptState
  readonly published: KeptGroup['published']
  /** Of the models that are new, each once. */
  readonly rows: readonly ModelRow[]
}

/** What is there already is not written again. */
export async function stateFiles(core: RunCore, { round, session }: SessionRow): Promise<StateFiles> {
  const { around, id, settings, travelling } = core
  const rows = new Map<string, ModelRow>()
  const written: string[] = []
  const syncing: Promise<void>[] = []
  const name = `passerby-${id}-round-${round}`
  // So that no other file has its hash, not even of the same numbers in a session that was abandoned.
  const whose = { federation: id, round: String(round), session: String(session) }
  const about = {
    ...whose,
    backbone: settings.local.backbone,
    settings: hex(await sha256(utf8(canonicalText(settings)))),
  }
  let groups = 0

  async function put(file: Uint8Array): Promise<BlobName> {
    const { durable, ...blob } = await around.blobs.put(file)
    // Looked at when all files are written; one that fails before must not leave this one's failure to nobody.
    durable.catch(() => undefined)
    syncing.push(durable)
    written.push(blob.sha256)
    return blob
  }
  async function putModel(model: Params, name: string): Promise<BlobName> {
    const blob = await put(encodeSafetensors(model, about))
    rows.set(blob.sha256, { ...blob, layout: travelling.layout, name, createdAt: around.now() })
    return blob
  }
  const statementOf = async (model: BlobName) => {
    const statement: PublishedModel = {
      federation: id,
      round,
      model: { ...model, layout: travelling.layoutHash },
      local: settings.local,
    }
    return await sign('model', statement, around.keys.signing.privateKey)
  }
  return {
    putGroup: (model) => putModel(model, `${name}-group-${(groups += 1)}`),
    async finish(state) {
      const model = await putModel(state.global, name)
      const file = encodeMemory(state.memory, whose)
      const memory = file ? await put(file) : null
      const withStatements: KeptGroup[] = []
      for (const { clients, model } of state.groups)
        withStatements.push({ clients, model, published: await statementOf(model) })
      const [published] = await Promise.all([statementOf(model), ...syncing])
      return { kept: { model, groups: withStatements, memory }, published, rows: [...rows.values()] }
    },
    async discard() {
      for (const sha256 of written) await around.blobs.drop(sha256)
    },
  }
}
