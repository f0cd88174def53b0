import { randomBytes } from 'node:crypto'
import type { EdgeNotices } from '@passerby/protocol'
import type { Socket } from 'socket.io'
import type { RunCore } from '../run/core.ts'
import type { Connection, Member } from '../run/member.ts'

/** One connection from its first word to its last. */
export interface Visit {
  readonly connection: Connection
  /** What the proof of `join` signs; `undefined` once it was used (rule J4). */
  nonce: string | undefined
  /** Set by `join`. */
  joined: { readonly core: RunCore; readonly member: Member } | undefined
}

export function newVisit(socket: Socket): Visit {
  return {
    connection: connectionOf(socket),
    nonce: randomBytes(32).toString('base64url'),
    joined: undefined,
  }
}

function connectionOf(socket: Socket): Connection {
  // Counted by the operating system's socket: frames, headers and the handshake are in it.
  const wire = socket.request.socket
  let up = 0
  let down = 0
  return {
    send<Event extends keyof EdgeNotices>(event: Event, notice: EdgeNotices[Event]) {
      socket.emit(event, notice)
    },
    takeTraffic() {
      const since = { up: wire.bytesRead - up, down: wire.bytesWritten - down }
      up = wire.bytesRead
      down = wire.bytesWritten
      return since
    },
    get isOpen() {
      return socket.connected
    },
    close: () => void socket.disconnect(true),
  }
}
