import {
  type OperatorReplies,
  type OperatorRequests,
  type Reply,
  operatorNotices,
  operatorReplies,
  parse,
  reply,
} from '@passerby/protocol'
import type { Socket } from 'socket.io-client'
import * as v from 'valibot'
import { OperatorError } from './errors.ts'
import type { SnapshotChange } from './snapshot.ts'

/** A request is given up after this long without an answer. */
const ANSWER_WITHIN_MS = 15_000
/** A federation with a public set is created once its images are decoded. */
const CREATED_WITHIN_MS = 120_000

export type OperatorAnswer<Event extends keyof OperatorRequests> = Event extends keyof OperatorReplies
  ? OperatorReplies[Event]
  : object

/** Sends one request and parses its answer. Throws `OperatorError` when none comes, or one that is not understood. */
export async function ask<Event extends keyof OperatorRequests>(
  socket: Socket,
  event: Event,
  request: OperatorRequests[Event],
): Promise<Reply<OperatorAnswer<Event>>> {
  if (!socket.connected)
    throw new OperatorError('unreachable', 'Not connected to the coordinator: try again when the connection is back.')
  const schemas: Partial<Record<string, v.GenericSchema>> = operatorReplies
  const answer = parse(reply(schemas[event] ?? v.object({})), await emit(socket, event, request))
  if (!answer.ok)
    throw new OperatorError(
      'unexpected-answer',
      `The coordinator's answer to '${event}' is not understood: reload, it may run another version.`,
    )
  // The schema is the one from which `OperatorAnswer<Event>` is inferred.
  return answer.value as Reply<OperatorAnswer<Event>>
}

async function emit(socket: Socket, event: string, request: unknown): Promise<unknown> {
  try {
    return await socket.timeout(event === 'create' ? CREATED_WITHIN_MS : ANSWER_WITHIN_MS).emitWithAck(event, request)
  } catch (cause) {
    const what = `The coordinator did not answer '${event}'; whether it was done shows when the connection is back.`
    throw new OperatorError('timeout', what, { cause })
  }
}

/** Hands every notice on as a change. One that is not understood goes to `onMalformed`, by name. */
export function listen(
  socket: Socket,
  change: (change: SnapshotChange) => void,
  onMalformed: (notice: string) => void,
): void {
  function on<Name extends keyof typeof operatorNotices>(
    name: Name,
    changeOf: (notice: v.InferOutput<(typeof operatorNotices)[Name]>) => SnapshotChange,
  ): void {
    socket.on<string>(name, (message: unknown) => {
      const notice = parse(operatorNotices[name], message)
      if (notice.ok) change(changeOf(notice.value))
      else onMalformed(name)
    })
  }
  on('federations', (federations) => ({ type: 'listed', federations }))
  on('federation', (view) => ({ type: 'view', view }))
  on('round', (notice) => ({ type: 'round', ...notice }))
  on('event', (notice) => ({ type: 'event', ...notice }))
}
