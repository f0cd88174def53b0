import {
  type OperatorRequests,
  type Refusal as RefusalType,
  type Reply,
  type UploadedModel,
  OPERATOR_NAMESPACE,
  Refusal,
  parse,
  paths,
} from '@passerby/protocol'
import { type Socket, io } from 'socket.io-client'
import { OperatorError } from './errors.ts'
import { type CoordinatorAddress, getFile, putModel } from './model-http.ts'
import { snapshotStore } from './snapshot-store.ts'
import type { OperatorSnapshot } from './snapshot.ts'
import { type OperatorAnswer, ask, listen } from './socket-messages.ts'

const RECONNECT_AFTER_AT_MOST_MS = 5_000

export type OperatorCommand = Exclude<keyof OperatorRequests, 'list' | 'watch'>

/** A connection to a coordinator as its operator. Reconnects by itself until it is closed or refused. */
export interface Operator {
  readonly getSnapshot: () => OperatorSnapshot
  /** Calls `listener` after every change of the snapshot. Returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void
  /** Which federation the snapshot shows in detail; null for none. Holds across reconnections. */
  watch(federation: string | null): void
  /** A refusal is a value. Throws `OperatorError` when no answer comes. */
  command<Event extends OperatorCommand>(
    event: Event,
    request: OperatorRequests[Event],
  ): Promise<Reply<OperatorAnswer<Event>>>
  /** Uploads a safetensors file, to `create` a federation with. Throws `OperatorError` when no answer comes. */
  uploadModel(file: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Reply<UploadedModel>>
  /** A safetensors file. */
  downloadModel(sha256: string, signal?: AbortSignal): Promise<Reply<Blob>>
  /** Every round and event of a run. */
  exportRun(federation: string, format: 'json' | 'csv', signal?: AbortSignal): Promise<Reply<Blob>>
  close(): void
}

/** Connects at once and goes on trying; the snapshot's `connection` tells how that goes. */
export function connectOperator(at: CoordinatorAddress): Operator {
  const store = snapshotStore()
  const socket = io(new URL(OPERATOR_NAMESPACE, at.origin).href, {
    auth: { token: at.token },
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelayMax: RECONNECT_AFTER_AT_MOST_MS,
  })
  let wanted: string | null = null

  function refuse(refusal: RefusalType): void {
    socket.disconnect()
    store.change({ type: 'connection', connection: { state: 'refused', refusal } })
  }
  async function list(): Promise<void> {
    const answer = await ask(socket, 'list', {})
    if (answer.ok) store.change({ type: 'listed', federations: answer.value.federations })
  }
  async function watchWanted(): Promise<void> {
    const federation = wanted
    const answer = await ask(socket, 'watch', { federation })
    if (federation === null || federation !== wanted) return
    if (answer.ok) store.change({ type: 'watched', answer: answer.value })
    else store.change({ type: 'watch-refused', federation, refusal: answer.refusal })
  }
  function refresh(asked: () => Promise<void>): void {
    asked().catch((error: unknown) => {
      if (!(error instanceof OperatorError)) throw error
      if (error.code === 'unexpected-answer') refuse(otherVersion(error.message))
      // Without an answer the connection is on its way down, or stuck: a new one asks again.
      else if (socket.connected) socket.disconnect().connect()
    })
  }

  followConnection(socket, {
    up: () => {
      store.change({ type: 'connection', connection: { state: 'connected' } })
      refresh(list)
      if (wanted !== null) refresh(watchWanted)
    },
    down: () => store.change({ type: 'lost' }),
    refused: refuse,
  })
  listen(socket, store.change, (notice) =>
    refuse(otherVersion(`A '${notice}' notice is not understood: reload, the coordinator may run another version.`)),
  )

  return {
    getSnapshot: store.getSnapshot,
    subscribe: store.subscribe,
    watch(federation) {
      if (federation === wanted) return
      wanted = federation
      store.change({ type: 'watching', federation })
      if (socket.connected) refresh(watchWanted)
    },
    command: (event, request) => ask(socket, event, request),
    uploadModel: (file, signal) => putModel(at, file, signal),
    downloadModel: (sha256, signal) => getFile(at, paths.model(sha256), signal),
    exportRun: (federation, format, signal) =>
      getFile(at, format === 'json' ? paths.exportJson(federation) : paths.exportCsv(federation), signal),
    close() {
      socket.disconnect()
      store.change({ type: 'connection', connection: { state: 'closed' } })
    },
  }
}

const otherVersion = (message: string): RefusalType => ({ code: 'unsupported-version', message })

function followConnection(
  socket: Socket,
  on: { up: () => void; down: () => void; refused: (refusal: RefusalType) => void },
): void {
  socket.on('connect', on.up)
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    const refusal = parse(Refusal, error.data)
    if (refusal.ok) on.refused(refusal.value)
    else {
      on.down()
      // A refusal without a reason ends socket.io's own tries.
      if (!socket.active) socket.connect()
    }
  })
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return
    on.down()
    // A coordinator that stops says so; socket.io takes that as final, we do not.
    if (reason === 'io server disconnect') socket.connect()
  })
}
