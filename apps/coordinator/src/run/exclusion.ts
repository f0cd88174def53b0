import { mayAnswer } from '@passerby/federation'
import { type Exclusion, type Reply, refuse } from '@passerby/protocol'
import { storeExclusion } from '../store/clients.ts'
import { contributions } from '../store/schema.ts'
import { apply } from './apply.ts'
import type { RunCore } from './core.ts'
import type { Member } from './member.ts'

/** Who takes a client out, and why; the reason may be empty. */
type Decision = Pick<Exclusion, 'by' | 'reason'>

/** As long as a view of it may be. */
const REASON_LENGTH = 300

/** Takes a client out until it is let in again (rules J9, R15). Only inside `serially`. */
export async function exclude(core: RunCore, member: Member, { by, reason }: Decision): Promise<void> {
  const { id: client, alias } = member
  const name = { federation: core.id, client }
  const { run } = core.machine
  const isAwaited = 'session' in run && mayAnswer(run, client, run.session)
  const excluded: Exclusion = { at: core.around.now(), by, reason: reason.slice(0, REASON_LENGTH) }
  const message = `${alias} was taken out by the ${by}${reason === '' ? '' : `: ${reason}`}`
  await apply(
    core,
    { type: 'excluded', client },
    {
      notes: [{ level: 'warning', kind: 'excluded', message, round: null, client }],
      async write(to) {
        await storeExclusion(to, name, excluded)
        if (!isAwaited) return
        // The machine forgets that it was drawn; the round's record does not.
        const row = { ...name, session: run.session, alias, outcome: 'withdrew' } as const
        await to.insert(contributions).values(row).onConflictDoNothing()
      },
    },
  )
  member.excluded = excluded
  member.connection?.send('dismissed', { code: 'excluded', message: toldTo(excluded) })
  member.connection?.close()
}

/** Lets a client in again: it takes part once it has joined. Only inside `serially`. */
export async function readmit(core: RunCore, member: Member): Promise<void> {
  const { id: client, alias } = member
  const message = `${alias} was let in again`
  // Nothing happens to the round: the client is not here.
  await apply(
    core,
    { type: 'tick' },
    {
      notes: [{ level: 'note', kind: 'readmitted', message, round: null, client }],
      write: (to) => storeExclusion(to, { federation: core.id, client }, null),
    },
  )
  member.excluded = null
}

/** What a client is answered that is taken out. */
export function refuseExcluded(excluded: Exclusion): Reply<never> {
  return refuse('excluded', toldTo(excluded))
}

/** A sentence. */
function toldTo({ by, reason }: Exclusion): string {
  const who = by === 'operator' ? 'The coordinator’s operator' : 'The coordinator'
  const end = /[.!?]$/.test(reason) ? '' : '.'
  return `${who} has taken this client out${reason === '' ? '' : `: ${reason}`}${end}`
}
