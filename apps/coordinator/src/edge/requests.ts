import {
  type EdgeRequests,
  type Reply,
  PROTOCOL_VERSION,
  accept,
  edgeRequests,
  parse,
  refuse,
} from '@passerby/protocol'
import { addNote, apply } from '../run/apply.ts'
import type { RunCore } from '../run/core.ts'
import { refuseExcluded } from '../run/exclusion.ts'
import { serially } from '../run/interpreter.ts'
import { type Member, cleanText } from '../run/member.ts'
import { noteTold, taskOf } from '../run/tasks.ts'
import { evaluated } from './evaluated.ts'
import { begin, chunk, commit } from './update.ts'

/** Chunks of one client that may be under way at a time (rule U3). */
const CHUNK_WINDOW = 2

export type Event = keyof EdgeRequests
/** A request that was parsed, with the bytes that came beside it. */
export type Request = { [Name in Event]: { readonly event: Name; readonly message: EdgeRequests[Name] } }[Event] & {
  readonly bytes: Uint8Array | undefined
}

/** Parses what a client sent (rules P2, J2). Everything is refused that no schema describes. */
export function parseRequest(event: unknown, args: readonly unknown[]): Reply<Request> {
  if (typeof event !== 'string' || !Object.hasOwn(edgeRequests, event))
    return refuse('malformed', 'There is no such request.')
  const name = event as Event
  const [message, bytes] = args
  if (name === 'join' && otherVersion(message))
    return refuse('unsupported-version', `This coordinator speaks version ${PROTOCOL_VERSION}.`)
  const parsed = parse(edgeRequests[name], message)
  if (!parsed.ok) return parsed
  if (args.length !== (name === 'update.chunk' ? 2 : 1)) return refuse('malformed', 'Another number of arguments.')
  if (bytes !== undefined && !(bytes instanceof Uint8Array)) return refuse('malformed', 'A chunk is bytes.')
  // The schema that parsed the message is the one of its event.
  return accept({ event: name, message: parsed.value, bytes } as Request)
}

function otherVersion(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || !('version' in message)) return false
  return typeof message.version === 'number' && message.version !== PROTOCOL_VERSION
}

/** A request of a client that has joined. `join` and `progress` are dealt with before. */
export async function answerMember(core: RunCore, member: Member, request: Request): Promise<Reply<object>> {
  switch (request.event) {
    case 'update.begin':
      return await member.uploads.add(() => begin(core, member, request.message))
    case 'update.chunk':
      return await takeChunk(core, member, { ...request.message, bytes: request.bytes ?? new Uint8Array(0) })
    case 'update.commit':
      return await member.uploads.add(() => commit(core, member, request.message))
    case 'evaluated':
      // After updates and what they decide, for which others wait.
      await core.openings.idle()
      await core.events.idle()
      return await serially(core, () => evaluated(core, member, request.message))
    case 'withdraw':
      return await serially(core, () => withdraw(core, member, request.message))
    case 'return':
      return await serially(core, () => comeBack(core, member))
    case 'join':
    case 'progress':
      return accept({})
  }
}

async function takeChunk(
  core: RunCore,
  member: Member,
  request: EdgeRequests['update.chunk'] & { readonly bytes: Uint8Array },
): Promise<Reply<object>> {
  if (member.pendingChunks >= CHUNK_WINDOW)
    return refuse('too-fast', `At most ${CHUNK_WINDOW} chunks may be under way.`)
  member.pendingChunks += 1
  const reply = member.uploads.add(() => chunk(core, member, request))
  return await reply.finally(() => (member.pendingChunks -= 1))
}

/** R6. The reason is for the operator: the run's history keeps it. */
async function withdraw(core: RunCore, member: Member, message: EdgeRequests['withdraw']): Promise<Reply<object>> {
  const said = cleanText(message.message)
  member.withdrawn = message.reason
  await apply(core, { type: 'withdrew', client: member.id })
  const failed = message.reason === 'failed'
  if (said)
    await addNote(core, {
      level: failed ? 'warning' : 'note',
      kind: message.reason,
      message: `${member.alias}: ${said}`,
      round: null,
      client: member.id,
    })
  return accept({})
}

async function comeBack(core: RunCore, member: Member): Promise<Reply<object>> {
  // It may have been taken out while this waited.
  if (member.excluded) return refuseExcluded(member.excluded)
  member.withdrawn = undefined
  await apply(core, { type: 'arrived', client: member.id })
  const task = taskOf(core, member.id)
  noteTold(core, member, task)
  member.connection?.send('task', task)
  return accept({})
}
