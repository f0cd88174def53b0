import type { Params } from '@passerby/federation'
import type { Operator } from '@passerby/operator'
import { type FederationSettings, type Reply, encodeSafetensors } from '@passerby/protocol'
import { LabError } from '../errors.ts'

/**
 * Makes a federation with its first model, an invitation, and the order to start as soon as enough clients are there.
 * `path` is the join link's, with its fragment. Throws `LabError('coordinator')` with the refusal.
 */
export async function createFederation(
  operator: Operator,
  { settings, initial }: { readonly settings: FederationSettings; readonly initial: Params },
): Promise<{ readonly federation: string; readonly path: string }> {
  await connected(operator)
  const { backbone, embedding } = settings.local
  const file = encodeSafetensors(initial, { backbone, embedding: String(embedding) })
  const { sha256: model } = granted(await operator.uploadModel(new Uint8Array(file)))
  const { federation } = granted(await operator.command('create', { settings, model }))
  const { path } = granted(await operator.command('invite', { federation, label: 'demo', hours: 12 }))
  granted(await operator.command('start', { federation }))
  return { federation, path }
}

async function connected(operator: Operator): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      const { connection } = operator.getSnapshot()
      if (connection.state === 'connected') resolve()
      if (connection.state === 'refused') reject(new LabError('coordinator', connection.refusal.message))
      return connection.state === 'connected' || connection.state === 'refused'
    }
    if (look()) return
    const unsubscribe = operator.subscribe(() => {
      if (look()) unsubscribe()
    })
  })
}

/** The value of an answer. Throws `LabError('coordinator')` for a refusal. */
export function granted<Value>(reply: Reply<Value>): Value {
  if (reply.ok) return reply.value
  throw new LabError('coordinator', `The coordinator refused: ${reply.refusal.message}`)
}
