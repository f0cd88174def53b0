import { isMeasured } from '@passerby/federation'
import { type EdgeRequests, type Reply, accept, refuse } from '@passerby/protocol'
import { apply } from '../run/apply.ts'
import type { RunCore } from '../run/core.ts'
import type { Member } from '../run/member.ts'
import { type SessionName, findModelSession, storeGlobal, storeLocal } from '../store/sessions.ts'

type Evaluated = EdgeRequests['evaluated']

/** Rule R8; alone in its federation. Of the open round and the one before it only, and once. */
export async function evaluated(core: RunCore, member: Member, message: Evaluated): Promise<Reply<object>> {
  const told =
    message.model === 'global' ? await tellGlobal(core, member, message) : await tellLocal(core, member, message)
  if (!told) return refuse('unknown-round', `No such evaluation of round ${message.round} is awaited from this client.`)
  core.standing = undefined
  core.changed([])
  return accept({})
}

async function tellGlobal(core: RunCore, { id: client }: Member, { round, evaluation }: Evaluated): Promise<boolean> {
  const { run } = core.machine
  const { db } = core.around
  if (run.state === 'evaluating' && run.round === round) {
    if (!run.waiting.includes(client)) return false
    const name = { federation: core.id, session: run.session }
    await apply(
      core,
      { type: 'evaluated', client, round },
      { write: async (to) => void (await storeGlobal(to, name, { client, evaluation })) },
    )
    return true
  }
  if (run.state !== 'training' || round !== run.round - 1 || !isMeasured(round, core.plan)) return false
  const name = await sessionOf(core, round)
  return name !== undefined && (await storeGlobal(db, name, { client, evaluation }))
}

async function tellLocal(core: RunCore, { id: client }: Member, { round, evaluation }: Evaluated): Promise<boolean> {
  const { run } = core.machine
  if (!('round' in run) || round < run.round - 1) return false
  const name = round === run.round ? { federation: core.id, session: run.session } : await sessionOf(core, round)
  return name !== undefined && (await storeLocal(core.around.db, name, { client, evaluation }))
}

/** The session in which this round's model was made: of the newest one known without asking, unless restarted since. */
async function sessionOf({ around, id, published }: RunCore, round: number): Promise<SessionName | undefined> {
  if (published?.round === round) return { federation: id, session: published.session }
  return await findModelSession(around.db, id, round)
}
