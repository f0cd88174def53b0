import { isMeasured } from '@passerby/federation'
import { type EdgeRequests, type Reply, accept, refuse } from '@passerby/protocol'
import { apply } from '../run/apply.ts'
import type { RunCore } from '../run/core.ts'
import type { Member } from '../run/member.ts'
import { evaluations } from '../store/schema.ts'
import { findContribution, isMeasuredBy, newestSession, storeLocal } from '../store/sessions.ts'

type Evaluated = EdgeRequests['evaluated']

/**
 * Rule R8; alone in its federation. Of the open round and the one before it only, and once.
 */
export async function evaluated(core: RunCore, member: Member, message: Evaluated): Promise<Reply<object>> {
  const { run } = core.machine
  const { round, model } = message
  const session =
    'round' in run && round >= run.round - 1 ? await newestSession(core.around.db, core.id, round) : undefined
  const name = session && { federation: core.id, session: session.session }
  if (model === 'local') {
    const own = name && (await findContribution(core.around.db, name, member.id))
    if (!name || own?.outcome !== 'counted')
      return refuse('unknown-round', `No update of this client counts in round ${round}.`)
    await storeLocal(core.around.db, name, { client: member.id, evaluation: message.evaluation })
    core.changed([])
  } else {
    const awaited = name && session.model !== null && isMeasured(round, core.plan)
    if (!awaited || (await isMeasuredBy(core.around.db, name, member.id)))
      return refuse('unknown-round', `No evaluation of round ${round} is awaited from this client.`)
    const row = { ...name, client: member.id, evaluation: message.evaluation }
    await apply(core, { type: 'evaluated', client: member.id, round }, async (tx) => {
      await tx.insert(evaluations).values(row).onConflictDoNothing()
    })
  }
  core.standing = undefined
  return accept({})
}
