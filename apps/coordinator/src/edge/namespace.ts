import { type Reply, EDGE_NAMESPACE, PROTOCOL_VERSION, refuse } from '@passerby/protocol'
import type { Server, Socket } from 'socket.io'
import type { Surroundings } from '../run/core.ts'
import { serially } from '../run/interpreter.ts'
import type { Runs } from '../run/runs.ts'
import { connectedOf, statusOf } from '../run/tasks.ts'
import { throttle } from '../throttle.ts'
import { windowCounter } from '../window-counter.ts'
import { join, leave } from './join.ts'
import type { EdgeLimits } from './limits.ts'
import { type Request, answerMember, parseRequest } from './requests.ts'
import { type Visit, newVisit } from './visit.ts'

const STATUS_EVERY_MS = 500
const SECOND_MS = 1_000
const MINUTE_MS = 60_000

interface Edge {
  readonly around: Surroundings
  readonly runs: Runs
  readonly limits: EdgeLimits
}

/** The namespace of the clients: SPEC.md's rules, one connection after the other. */
export function serveEdge(server: Server, edge: Edge): void {
  const space = server.of(EDGE_NAMESPACE)
  space.on('connection', (socket) => serve(socket, edge))
  const told = new Map<string, string>()
  const tellStatus = throttle(STATUS_EVERY_MS, (federation: string) => {
    const core = edge.runs.get(federation)
    if (!core) return
    const status = statusOf(core)
    const text = JSON.stringify({ ...status, now: 0 })
    if (told.get(federation) === text) return
    told.set(federation, text)
    for (const member of connectedOf(core)) member.connection?.send('status', status)
  })
  edge.runs.onChange((core) => tellStatus(core.id))
}

type Answer = (reply: Reply<object>) => void

function serve(socket: Socket, edge: Edge): void {
  const { around, limits } = edge
  const visit = newVisit(socket)
  const mayAsk = windowCounter(limits.requestsPerSecond, SECOND_MS)
  const mayBeRefused = windowCounter(limits.refusalsPerMinute, MINUTE_MS)
  const mayProgress = windowCounter(limits.progressPerSecond, SECOND_MS)

  function noteRefusal(reply: Reply<object>): void {
    if (reply.ok) return
    around.metrics.refusals.inc({ code: reply.refusal.code })
    if (!mayBeRefused(around.now())) socket.disconnect(true)
  }

  async function respond(event: unknown, args: readonly unknown[], answer: Answer): Promise<void> {
    if (!mayAsk(around.now())) return answer(refuse('too-fast', 'Wait a second.'))
    const request = parseRequest(event, args)
    if (!request.ok) return answer(request)
    if (request.value.event === 'join') return await join(visit, request.value.message, { runs: edge.runs, answer })
    if (!visit.joined) return answer(refuse('not-joined', 'Join first.'))
    const { core, member } = visit.joined
    if (member.connection !== visit.connection) return answer(refuse('replaced', 'The same identity joined elsewhere.'))
    member.lastSeen = around.now()
    if (request.value.event === 'progress') noteProgress(visit, request.value, mayProgress(around.now()))
    return answer(await answerMember(core, member, request.value))
  }

  socket.onAny((event: unknown, ...args: unknown[]) => {
    const last = args.at(-1)
    const acknowledge = typeof last === 'function' ? (args.pop() as Answer) : undefined
    let answered = false
    const answer: Answer = (reply) => {
      answered = true
      noteRefusal(reply)
      acknowledge?.(reply)
    }
    respond(event, args, answer).catch((error: unknown) => {
      around.log.error({ err: error, event: String(event) }, 'a request failed')
      if (!answered) answer(refuse('internal', 'Something is wrong at the coordinator; its log says what.'))
    })
  })
  socket.on('disconnect', () => {
    const core = visit.joined?.core
    if (!core || core.closed) return
    serially(core, () => leave(visit)).catch((error: unknown) => around.log.error({ err: error }, 'a leave failed'))
  })
  visit.connection.send('hello', { version: PROTOCOL_VERSION, nonce: visit.nonce ?? '' })
}

/** R9: the newest word of it, for the views only. */
function noteProgress({ joined }: Visit, request: Extract<Request, { event: 'progress' }>, inTime: boolean): void {
  if (!joined || !inTime) return
  joined.member.progress = request.message
  joined.member.hidden = request.message.hidden
  joined.core.changed([])
}
