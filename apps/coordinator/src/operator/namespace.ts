import {
  type FederationSummary,
  type OperatorNotices,
  type OperatorReplies,
  type OperatorRequests,
  type Reply,
  type RunEventView,
  OPERATOR_NAMESPACE,
  accept,
  operatorRequests,
  parse,
  refuse,
} from '@passerby/protocol'
import type { Namespace, Server, Socket } from 'socket.io'
import type { RunCore, Surroundings } from '../run/core.ts'
import type { Runs } from '../run/runs.ts'
import { newestEvents } from '../store/journal.ts'
import { whenCalm } from '../when-calm.ts'
import type { OperatorCheck } from './access.ts'
import { type CommandRequest, obey } from './commands.ts'
import { recordsOf } from './records.ts'
import { summaryOf, viewOf } from './views.ts'

/** A view costs the database as much as a client's update: clients that wait for the next round go first. */
const VIEWS = { quietMs: 150, everyMs: 500, latestMs: 1_000 }
/** The open session, and those before it whose clients may still be measuring. */
const RECORDS_RESENT = 3
/** Of a run's history, what a dashboard is sent at once; the export has all of it. */
const EVENTS_SHOWN = 500

const LIST = 'list'
const roomOf = (federation: string) => `federation:${federation}`

interface Operators {
  readonly around: Surroundings
  readonly runs: Runs
  readonly check: OperatorCheck
}

/** The operator's namespace: nobody is let in without the token, everything is answered. */
export function serveOperators(server: Server, operators: Operators): void {
  const { around, runs, check } = operators
  const space = server.of(OPERATOR_NAMESPACE)
  space.use((socket, next) => void letIn(socket, check, next))
  space.on('connection', (socket) => {
    socket.onAny((event: unknown, ...args: unknown[]) => {
      const acknowledge = args.pop()
      if (typeof acknowledge !== 'function') return
      respond(socket, operators, { event, args }).then(
        (reply) => void acknowledge(reply),
        (error: unknown) => {
          around.log.error({ err: error, event: String(event) }, 'a command failed')
          acknowledge(refuse('internal', 'Something is wrong at the coordinator; its log says what.'))
        },
      )
    })
  })
  followRuns(space, runs, around)
}

async function letIn(socket: Socket, check: OperatorCheck, next: (error?: Error) => void): Promise<void> {
  const { token } = socket.handshake.auth
  const reply = await check(token, socket.handshake.address)
  next(reply.ok ? undefined : Object.assign(new Error('refused'), { data: reply.refusal }))
}

async function respond(
  socket: Socket,
  { runs }: Operators,
  { event, args }: { readonly event: unknown; readonly args: readonly unknown[] },
): Promise<Reply<object>> {
  if (typeof event !== 'string' || !Object.hasOwn(operatorRequests, event) || args.length !== 1)
    return refuse('malformed', 'There is no such request.')
  const name = event as keyof OperatorRequests
  const message = parse(operatorRequests[name], args[0])
  if (!message.ok) return message
  if (name === 'list') return await list(socket, runs)
  // The schema that parsed the message is the one of its event.
  if (name === 'watch') return await watch(socket, runs, message.value as OperatorRequests['watch'])
  return await obey(runs, { event: name, message: message.value } as CommandRequest)
}

async function list(socket: Socket, runs: Runs): Promise<Reply<OperatorReplies['list']>> {
  await socket.join(LIST)
  return accept({ federations: await summaries(runs) })
}

async function watch(
  socket: Socket,
  runs: Runs,
  { federation }: OperatorRequests['watch'],
): Promise<Reply<OperatorReplies['watch']>> {
  for (const room of socket.rooms) if (room.startsWith('federation:')) await socket.leave(room)
  if (federation === null) return accept({ federation: null, rounds: [], events: [] })
  const core = runs.get(federation)
  if (!core) return refuse('not-found', 'There is no such federation.')
  await socket.join(roomOf(federation))
  return accept({
    federation: await viewOf(core),
    rounds: [...(await recordsOf(core))],
    events: await newestEvents(core.around.db, federation, EVENTS_SHOWN),
  })
}

const summaries = (runs: Runs): Promise<FederationSummary[]> => Promise.all(runs.all().map(summaryOf))

/** Sends what changes to those who watch it. */
function followRuns(space: Namespace, runs: Runs, { log }: Surroundings): void {
  const isWatched = (room: string) => (space.adapter.rooms.get(room)?.size ?? 0) > 0
  function send<Name extends keyof OperatorNotices>(room: string, name: Name, notice: OperatorNotices[Name]): void {
    space.to(room).emit(name, notice)
  }
  const sendList = whenCalm(VIEWS, () => {
    if (!isWatched(LIST)) return
    summaries(runs).then(
      (list) => send(LIST, 'federations', list),
      (error: unknown) => log.error({ err: error }, 'the list could not be sent'),
    )
  })
  const sendView = whenCalm(VIEWS, (federation) => {
    const core = runs.get(federation)
    if (!core || core.closed || !isWatched(roomOf(federation))) return
    showRun(core).catch((error: unknown) => log.error({ err: error, federation }, 'a view could not be sent'))
  })
  async function showRun(core: RunCore): Promise<void> {
    const room = roomOf(core.id)
    send(room, 'federation', await viewOf(core))
    for (const record of await recordsOf(core, { last: RECORDS_RESENT }))
      send(room, 'round', { federation: core.id, record })
  }
  runs.onChange((core, events: readonly RunEventView[]) => {
    for (const event of events) send(roomOf(core.id), 'event', { federation: core.id, event })
    sendList('')
    sendView(core.id)
  })
}
