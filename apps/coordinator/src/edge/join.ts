import { createHash } from 'node:crypto'
import { type TokenFailure, clientId, importPublicKey, verifyJoin, verifyJoinToken } from '@passerby/privacy'
import { type Join, type JoinReply, type RefusalCode, type Reply, accept, refuse } from '@passerby/protocol'
import { addToSession, apply } from '../run/apply.ts'
import type { RunCore } from '../run/core.ts'
import { refuseExcluded } from '../run/exclusion.ts'
import { serially } from '../run/interpreter.ts'
import { type Member, absent, cleanText, countTraffic } from '../run/member.ts'
import type { Runs } from '../run/runs.ts'
import { noteTold, statusOf, taskOf } from '../run/tasks.ts'
import { findInvite } from '../store/invites.ts'
import { storeClient } from '../store/clients.ts'
import type { Visit } from './visit.ts'

type Answer = (reply: Reply<JoinReply>) => void

/**
 * Rules J4 to J9. `answer` is called in the same instant in which the client becomes present, so that its first
 * notice comes after its answer.
 */
export async function join(
  visit: Visit,
  request: Join,
  { runs, answer }: { readonly runs: Runs; readonly answer: Answer },
): Promise<void> {
  const core = runs.get(request.federation)
  if (!core) return answer(refuse('unknown-federation', 'This coordinator has no such federation.'))
  const admitted = await admit(visit, request, core)
  if (!admitted.ok) return answer(admitted)
  await serially(core, () => enter(visit, core, { ...admitted.value, request, answer }))
}

interface Admission {
  readonly id: string
  readonly invite: string
  readonly tokenHash: string
}

async function admit(visit: Visit, request: Join, core: RunCore): Promise<Reply<Admission>> {
  const { federation, token, publicKey, proof } = request
  const key = await importPublicKey(publicKey).catch(() => undefined)
  if (!key) return refuse('malformed', "field 'publicKey' is not an Ed25519 key")
  const id = await clientId(publicKey)
  const tokenHash = createHash('sha256').update(token).digest('hex')
  const { keys, db, now } = core.around
  const checked = await verifyJoinToken(token, keys.signing.publicKey, {
    federation,
    now: now(),
    returning: core.members.get(id)?.tokenHash === tokenHash,
    // A token whose invite is not known is of another data folder.
    revoked: async (invite) => (await findInvite(db, federation, invite))?.revoked ?? true,
  })
  if (!checked.ok) return tokenRefusals[checked.reason]
  const { nonce } = visit
  visit.nonce = undefined
  if (nonce === undefined) return refuse('bad-proof', 'The nonce of this connection was used. Connect again.')
  if (!(await verifyJoin({ nonce, federation, token }, proof, key)))
    return refuse('bad-proof', 'The proof is not by this key over the nonce of this connection.')
  return accept({ id, invite: checked.value.id, tokenHash })
}

const tokenRefusals: Readonly<Record<TokenFailure, Reply<never>>> = {
  malformed: badToken('bad-token', 'The join link is damaged. Ask for a new one.'),
  'bad-signature': badToken('bad-token', 'The join link is not by this coordinator. Ask for a new one.'),
  'wrong-federation': badToken('bad-token', 'The join link is for another federation.'),
  'not-yet-valid': badToken('bad-token', 'The join link is not valid yet.'),
  expired: badToken('expired-token', 'The join link has expired. Ask for a new one.'),
  revoked: badToken('revoked-token', 'The join link was revoked. Ask for a new one.'),
}

function badToken(code: RefusalCode, message: string): Reply<never> {
  return refuse(code, message)
}

async function enter(
  visit: Visit,
  core: RunCore,
  { id, invite, tokenHash, request, answer }: Admission & { readonly request: Join; readonly answer: Answer },
): Promise<void> {
  // Asked again: it may have been revoked while this join waited, after those who were in by it were dropped.
  if ((await findInvite(core.around.db, core.id, invite))?.revoked) return answer(tokenRefusals.revoked)
  const now = core.around.now()
  const { publicKey, device, images, hidden } = request
  const known = core.members.get(id)
  if (known?.excluded && core.machine.run.state !== 'ended') return answer(refuseExcluded(known.excluded))
  const fresh = {
    tokenHash,
    invite,
    alias: cleanText(request.alias) || id.slice(0, 8),
    device: { ...device, name: cleanText(device.name) },
    images,
    hidden,
    lastSeen: now,
    withdrawn: undefined,
  }
  const member: Member = Object.assign(
    known ?? { id, publicKey, firstSeen: now, bytesUp: 0, bytesDown: 0, excluded: null, ...absent() },
    fresh,
  )
  core.members.set(id, member)
  await apply(core, { type: 'arrived', client: id }, { write: (to) => storeClient(to, core.id, member) })
  const earlier = member.connection
  addToSession(core, countTraffic(member))
  member.connection = visit.connection
  visit.joined = { core, member }
  const task = taskOf(core, id)
  noteTold(core, member, task)
  answer(accept({ client: id, status: statusOf(core), task }))
  earlier?.send('dismissed', { code: 'replaced', message: 'The same identity joined from another page.' })
  earlier?.close()
  if (!visit.connection.isOpen) await leave(visit)
}

/** The connection is gone; only inside `serially`. A client that came back by another one stays (rule J6). */
export async function leave({ joined, connection }: Visit): Promise<void> {
  if (joined?.member.connection !== connection) return
  const { core, member } = joined
  addToSession(core, countTraffic(member))
  member.connection = undefined
  member.told = ''
  member.lastSeen = core.around.now()
  await apply(core, { type: 'lost', client: member.id }, { write: (to) => storeClient(to, core.id, member) })
}
