import { randomUUID } from 'node:crypto'
import type { RunEvent } from '@passerby/federation'
import { issueJoinToken } from '@passerby/privacy'
import { type OperatorReplies, type OperatorRequests, type Reply, accept, paths, refuse } from '@passerby/protocol'
import { addNote, apply } from '../run/apply.ts'
import type { RunCore } from '../run/core.ts'
import { exclude, readmit } from '../run/exclusion.ts'
import { serially } from '../run/interpreter.ts'
import { cleanText } from '../run/member.ts'
import type { Runs } from '../run/runs.ts'
import { connectedOf } from '../run/tasks.ts'
import { readInvites, revokeInvite, storeInvite } from '../store/invites.ts'

const HOUR_MS = 3_600_000

export type Command = Exclude<keyof OperatorRequests, 'list' | 'watch'>
/** A command that was parsed. */
export type CommandRequest = {
  [Name in Command]: { readonly event: Name; readonly message: OperatorRequests[Name] }
}[Command]

export async function obey(runs: Runs, request: CommandRequest): Promise<Reply<object>> {
  if (request.event === 'create') return await create(runs, request.message)
  const core = runs.get(request.message.federation)
  if (!core) return refuse('not-found', 'There is no such federation any more.')
  switch (request.event) {
    case 'start':
      return await steer(core, { type: 'started' })
    case 'pause':
      return await steer(core, { type: 'paused' })
    case 'resume':
      return await steer(core, { type: 'resumed' })
    case 'stop':
      return await steer(core, { type: 'stopped' })
    case 'invite':
      return await invite(core, request.message)
    case 'revoke':
      return await revoke(core, request.message.invite)
    case 'exclude':
      return await excludeClient(core, request.message)
    case 'readmit':
      return await readmitClient(core, request.message.client)
  }
}

async function create(
  runs: Runs,
  { settings, model }: OperatorRequests['create'],
): Promise<Reply<OperatorReplies['create']>> {
  const core = await runs.create(settings, model)
  return core.ok ? accept({ federation: core.value.id }) : core
}

/** A command that means nothing in the present state is refused: the view from which it was given is stale. */
async function steer(core: RunCore, event: RunEvent): Promise<Reply<object>> {
  return await serially(core, async () => {
    const before = core.machine.run
    if (!hasMeaning(core, event))
      return refuse('wrong-state', `Not now: the run is ${before.state === 'idle' ? 'not started' : before.state}.`)
    await apply(core, event)
    return accept({})
  })
}

function hasMeaning({ machine: { run } }: RunCore, event: RunEvent): boolean {
  const pausing = 'thenPause' in run
  if (event.type === 'started') return run.state === 'idle'
  if (event.type === 'resumed') return run.state === 'paused' || pausing
  if (event.type === 'stopped') return run.state !== 'ended'
  return 'session' in run && run.state !== 'paused' && !pausing
}

async function invite(
  core: RunCore,
  { label, hours }: OperatorRequests['invite'],
): Promise<Reply<OperatorReplies['invite']>> {
  const { db, keys, now } = core.around
  const id = randomUUID()
  const createdAt = now()
  // A token keeps its expiry to the second.
  const expiresAt = Math.ceil(createdAt / 1000) * 1000 + hours * HOUR_MS
  const row = { id, federation: core.id, label, createdAt, expiresAt, revoked: false }
  await storeInvite(db, row)
  const token = await issueJoinToken({ id, federation: core.id, expires: expiresAt }, keys.signing.privateKey)
  core.changed([])
  const view = { id, label, createdAt, expiresAt, revoked: false, uses: 0 }
  return accept({ invite: view, path: `${paths.join(core.id)}#k=${keys.fingerprint}&t=${token}` })
}

/** Nobody joins by it any more, and who did is dropped. What was counted stays counted. */
async function revoke(core: RunCore, id: string): Promise<Reply<object>> {
  if (!(await revokeInvite(core.around.db, core.id, id))) return refuse('not-found', 'There is no such invite.')
  const label = (await readInvites(core.around.db, core.id)).find((one) => one.id === id)?.label ?? id
  return await serially(core, async () => {
    const message = `The invite '${label}' was revoked`
    await addNote(core, { level: 'warning', kind: 'revoked', message, round: null, client: null })
    for (const member of connectedOf(core).filter((one) => one.invite === id)) {
      await apply(core, { type: 'withdrew', client: member.id })
      member.connection?.send('dismissed', { code: 'revoked-token', message: 'The join link was revoked.' })
      member.connection?.close()
    }
    return accept({})
  })
}

async function excludeClient(core: RunCore, { client, reason }: OperatorRequests['exclude']): Promise<Reply<object>> {
  return await serially(core, async () => {
    const member = core.members.get(client)
    if (!member) return noSuchClient
    if (core.machine.run.state === 'ended')
      return refuse('wrong-state', 'The run has ended: nobody is awaited any more.')
    if (member.excluded) return refuse('wrong-state', `${member.alias} is taken out already.`)
    await exclude(core, member, { by: 'operator', reason: cleanText(reason) })
    return accept({})
  })
}

async function readmitClient(core: RunCore, client: string): Promise<Reply<object>> {
  return await serially(core, async () => {
    const member = core.members.get(client)
    if (!member) return noSuchClient
    if (!member.excluded) return refuse('wrong-state', `${member.alias} is not taken out.`)
    await readmit(core, member)
    return accept({})
  })
}

const noSuchClient = refuse('not-found', 'No such client has joined this federation.')
