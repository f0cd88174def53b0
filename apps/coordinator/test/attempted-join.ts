import type { JoinReply, Reply } from '@passerby/protocol'
import { join } from '../src/edge/join.ts'
import type { Visit } from '../src/edge/visit.ts'
import type { Runs } from '../src/run/runs.ts'
import { type ScriptedIdentity, joinRequest } from './scripted-client.ts'

/** What a client is answered that joins without a socket. */
export async function attemptedJoin(
  runs: Runs,
  identity: ScriptedIdentity,
  to: { readonly federation: string; readonly token: string },
): Promise<Reply<JoinReply>> {
  const visit: Visit = {
    nonce: 'A'.repeat(43),
    joined: undefined,
    connection: {
      send: () => undefined,
      takeTraffic: () => ({ up: 0, down: 0 }),
      isOpen: true,
      close: () => undefined,
    },
  }
  const request = await joinRequest('A'.repeat(43), identity, to)
  return await new Promise<Reply<JoinReply>>((answer) => void join(visit, request, { runs, answer }))
}
