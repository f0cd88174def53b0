import { type RunState, largestWeightOf, mayAnswer } from '@passerby/federation'
import { fromBase64url, headerMismatch, sealedChunkLength } from '@passerby/privacy'
import {
  type EdgeRequests,
  type RefusalCode,
  type Reply,
  accept,
  missingFrom,
  refuse,
  toRanges,
} from '@passerby/protocol'
import { apply } from '../run/apply.ts'
import type { RunCore } from '../run/core.ts'
import { serially } from '../run/interpreter.ts'
import type { Member } from '../run/member.ts'
import type { OpenSession } from '../run/open-session.ts'
import type { Commit, Envelope } from '../store/envelopes.ts'
import { contributions } from '../store/schema.ts'
import { findContribution, findSession, markLate } from '../store/sessions.ts'

/** Rules U1 to U8. All of one client run one after the other; `commit` also alone in its federation. */

type Held = { readonly held: readonly [number, number][] }
type Of<Event extends keyof EdgeRequests> = EdgeRequests[Event]

/** U1, U2. */
export async function begin(core: RunCore, member: Member, request: Of<'update.begin'>): Promise<Reply<Held>> {
  const { header, enc } = request
  const session = await openFor(core, member, header.session)
  if (!session.ok) return session
  const wrong = headerMismatch(headerOf(header), session.value.expects(member.id))
  if (wrong !== undefined) return refuse('wrong-header', `field '${wrong}' of the header is not this session's`)
  if (!isEncapsulatedKey(enc)) return refuse('malformed', "field 'enc' is not an X25519 key")
  return await whileOpen(core, session.value, async () => {
    const { folder, uploads } = session.value
    const known = uploads.get(member.id) ?? (await folder.find(member.id))
    const upload = known?.enc === enc ? known : await folder.begin(member.id, { header: headerOf(header), enc })
    uploads.set(member.id, upload)
    return accept({ held: toRanges(upload.held) })
  })
}

/** U3. */
export async function chunk(
  core: RunCore,
  member: Member,
  { session: number, index, bytes }: Of<'update.chunk'> & { readonly bytes: Uint8Array },
): Promise<Reply<object>> {
  const session = await openFor(core, member, number)
  if (!session.ok) return session
  const upload = session.value.uploads.get(member.id)
  if (!upload) return refuse('wrong-chunk', 'This update was not begun.')
  const { header } = upload
  if (index >= header.chunks || bytes.length !== sealedChunkLength(header.bytes, index))
    return refuse('wrong-chunk', `chunk ${index} has another length or place than the header requires`)
  core.around.metrics.bytes.inc({ direction: 'up', kind: 'update' }, bytes.length)
  return await whileOpen(core, session.value, async () => {
    if (!upload.held.has(index)) await upload.write(index, bytes)
    return accept({})
  })
}

/** U4 to U7. */
export async function commit(core: RunCore, member: Member, request: Of<'update.commit'>): Promise<Reply<object>> {
  const session = await openFor(core, member, request.session)
  if (!session.ok) return session
  const upload = session.value.uploads.get(member.id)
  const missing = upload ? missingFrom(toRanges(upload.held), upload.header.chunks).length : undefined
  if (!upload || missing !== 0)
    return refuse('incomplete-update', upload ? `${missing} chunks are missing` : 'This update was not begun.')
  const seal = { signature: request.signature, report: request.report }
  return await core.openings.add(() => openAndCount(core, member, { session: session.value, upload, seal }))
}

interface Complete {
  readonly session: OpenSession
  readonly upload: Envelope
  readonly seal: Commit
}

async function openAndCount(core: RunCore, member: Member, complete: Complete): Promise<Reply<object>> {
  const { session, upload, seal } = complete
  const finish = core.around.metrics.fold.startTimer()
  const reply = await whileOpen(core, session, async () => {
    // On disk before the journal says that the update counts: a restarted coordinator opens it again by this.
    const [update] = await Promise.all([session.read(upload, seal, member.publicKey), upload.commit(seal)])
    if (!update.ok) return await dropUnreadable(session, member, update.reason)
    // Only here: what counts already stays, whatever number of images its client tells when it comes back.
    if (update.value.weight > largestWeightOf(core.settings.strategy, member.images))
      return await dropUnreadable(session, member, 'unreadable')
    return await serially(core, async () => {
      if (!mayAnswer(core.machine.run, member.id, session.session)) return await whyNot(core, member, session.session)
      await countInJournal(core, member, { session, report: seal.report, weight: update.value.weight })
      session.fold.add(member.id, update.value)
      return accept({})
    })
  })
  finish()
  core.around.metrics.updates.inc({ outcome: reply.ok ? 'accepted' : reply.refusal.code })
  return reply
}

async function countInJournal(
  core: RunCore,
  member: Member,
  { session, report, weight }: { session: OpenSession; report: Commit['report']; weight: number },
): Promise<void> {
  const row = {
    federation: core.id,
    session: session.session,
    client: member.id,
    alias: member.alias,
    outcome: 'counted',
    weight,
    images: report.images,
    loss: report.loss,
    trainSeconds: report.trainSeconds,
  } as const
  const event = { type: 'accepted', client: member.id, session: session.session } as const
  await apply(core, event, { write: async (to) => void (await to.insert(contributions).values(row)) })
}

async function dropUnreadable(
  session: OpenSession,
  member: Member,
  reason: 'bad-signature' | 'unreadable',
): Promise<Reply<never>> {
  session.uploads.delete(member.id)
  await session.folder.drop(member.id)
  return reason === 'bad-signature'
    ? refuse('bad-signature', 'The signature is not by this client over this update.')
    : refuse('unreadable-update', 'The update does not open, or does not hold what the protocol says.')
}

/** The open session, if an update of this client would count in it. */
async function openFor(core: RunCore, member: Member, session: number): Promise<Reply<OpenSession>> {
  const { open, machine } = core
  if (open?.session === session && mayAnswer(machine.run, member.id, session)) return accept(open)
  return await whyNot(core, member, session)
}

/** U5: why an update of this client does not count in this session. */
async function whyNot(core: RunCore, member: Member, session: number): Promise<Reply<never>> {
  const { run } = core.machine
  if (session > newestSession(run)) return refuseUpdate('unknown-round')
  const name = { federation: core.id, session }
  const row = await findSession(core.around.db, name)
  if (!row) return refuseUpdate('unknown-round')
  if (!row.cohort.includes(member.id)) return refuseUpdate('not-in-cohort')
  if (row.outcome === 'aborted') return refuseUpdate('late-update')
  const earlier = await findContribution(core.around.db, name, member.id)
  if (earlier?.outcome === 'counted') return refuseUpdate('duplicate-update')
  if (run.state === 'training' && run.session === session) {
    // It was drawn, and then taken out.
    if (!run.cohort.includes(member.id)) return refuseUpdate('not-in-cohort')
    // Its key is being made, in this very moment or again after a failure.
    return refuse('internal', 'The session is not ready yet.')
  }
  if (earlier?.outcome === 'missing') await markLate(core.around.db, name, member.id)
  return refuseUpdate('late-update')
}

const updateRefusals = {
  'unknown-round': 'No session of this number is open.',
  'not-in-cohort': 'This client is not in the cohort of this session.',
  'late-update': 'This session is closed.',
  'duplicate-update': 'An update of this client counts in this session already.',
} satisfies Partial<Record<RefusalCode, string>>

const refuseUpdate = (code: keyof typeof updateRefusals) => refuse(code, updateRefusals[code])

function newestSession(run: RunState): number {
  return 'session' in run ? run.session : Number.POSITIVE_INFINITY
}

/** Disk work for a session that may be closed meanwhile: then its folder is gone, and the update is late. */
async function whileOpen<Value>(
  core: RunCore,
  session: OpenSession,
  work: () => Promise<Reply<Value>>,
): Promise<Reply<Value>> {
  const isOpen = () => core.open === session
  try {
    const reply = await work()
    const unread = !reply.ok && reply.refusal.code === 'unreadable-update'
    return unread && !isOpen() ? refuseUpdate('late-update') : reply
  } catch (error) {
    if (isOpen()) throw error
    return refuseUpdate('late-update')
  }
}

const headerOf = (header: Of<'update.begin'>['header']) => ({ ...header, v: 1 as const, mode: 'sealed' as const })

function isEncapsulatedKey(enc: string): boolean {
  try {
    return fromBase64url(enc).length === 32
  } catch {
    return false
  }
}
