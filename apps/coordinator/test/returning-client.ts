import { setTimeout as wait } from 'node:timers/promises'
import type { SealedUpdate } from '@passerby/privacy'
import type { RoundConfig } from '@passerby/protocol'
import { expect } from 'vitest'
import {
  type ScriptedConnection,
  type ScriptedIdentity,
  type ScriptedUpdate,
  configOf,
  connect,
  join,
  publishedOf,
  reportOf,
  seal,
  upload,
} from './scripted-client.ts'

class BrokenPromise extends Error {}

/** Where a client belongs, while its coordinator comes and goes. */
export interface Place {
  /** The coordinator of the moment; replaced while it is down. */
  up: Promise<string>
  readonly federation: string
  readonly token: string
}

export interface ReturningClient {
  readonly identity: ScriptedIdentity
  readonly update: (config: RoundConfig) => ScriptedUpdate
  /** Once it was told that its update counts. */
  readonly onCounted?: (config: RoundConfig) => void
  /** The model that it was given to measure in a round without training. */
  readonly onMeasured?: (round: number, sha256: string) => void
}

interface Memory {
  readonly kept: Map<number, SealedUpdate>
  readonly promised: Set<number>
}

/** One client: joins again whenever its connection ends, until the run has ended or it is taken out. Returns what it was promised. */
export async function participate(place: Place, client: ReturningClient): Promise<ReadonlySet<number>> {
  const memory: Memory = { kept: new Map(), promised: new Set() }
  for (;;) {
    try {
      const connection = await connect(await place.up)
      await Promise.race([
        work(connection, place, { ...client, ...memory }),
        connection.ended.then(() => Promise.reject(new Error('cut off'))),
      ])
      connection.close()
      return memory.promised
    } catch (error) {
      // A dead coordinator is expected here; anything else shows in the records, or as a test that does not end.
      if (!(error instanceof Error) || error instanceof BrokenPromise) throw error
      if (error.message.startsWith('join: excluded')) return memory.promised
      await wait(20)
    }
  }
}

async function work(
  connection: ScriptedConnection,
  to: Place,
  { identity, update, onCounted, onMeasured, kept, promised }: ReturningClient & Memory,
): Promise<void> {
  const joined = await join(connection, identity, to)
  if (joined.status.state === 'ended') return
  let task = joined.task
  let seen = 0
  for (;;) {
    if (task?.task === 'train' && !task.accepted) {
      const config = configOf(task.config)
      const { session } = config
      // A client forgets an update once it was told that it counts.
      if (promised.has(session)) throw new BrokenPromise(`session ${session}`)
      const sealed = kept.get(session) ?? (await seal(task.config, identity, update(config)))
      kept.set(session, sealed)
      const reply = await upload(connection, sealed, reportOf(identity))
      if (reply.ok) {
        promised.add(session)
        onCounted?.(config)
      } else expect(['duplicate-update', 'late-update']).toContain(reply.refusal.code)
    } else if (task?.task === 'evaluate') {
      const { round, model } = publishedOf(task.model)
      onMeasured?.(round, model.sha256)
      await connection.ask('evaluated', { round, model: 'global', evaluation: null })
    }
    const next = await Promise.race([
      connection.notice('task', (one) => connection.notices.findIndex(({ notice }) => notice === one) >= seen),
      connection.notice('status', ({ state }) => state === 'ended').then(() => 'ended' as const),
    ])
    if (next === 'ended') return
    seen = connection.notices.findIndex(({ notice }) => notice === next) + 1
    task = next
  }
}
