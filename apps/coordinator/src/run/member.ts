import type { EdgeNotices, Exclusion, Join, Progress, Withdraw } from '@passerby/protocol'
import { type Queue, serialQueue } from './queue.ts'

/** A connection as a run sees it. */
export interface Connection {
  send<Event extends keyof EdgeNotices>(event: Event, notice: EdgeNotices[Event]): void
  /** Bytes over this connection since they were last asked for. */
  takeTraffic(): { readonly up: number; readonly down: number }
  readonly isOpen: boolean
  close(): void
}

/** Someone who joined, connected or not. Text is as they gave it, without control characters. */
export interface Member {
  readonly id: string
  readonly publicKey: string
  readonly firstSeen: number
  /** SHA-256 of the token it joined with (rule J5). */
  tokenHash: string
  invite: string
  alias: string
  device: Join['device']
  images: number
  hidden: boolean
  lastSeen: number
  bytesUp: number
  bytesDown: number
  /** Set while it is taken out (rule J9). */
  excluded: Exclusion | null
  connection: Connection | undefined
  /** The newest word of its progress; it counts for its session only. */
  progress: Progress | undefined
  withdrawn: Withdraw['reason'] | undefined
  /** The task that it was told last. */
  told: string
  /** Its update goes step by step, however fast the messages come, and over whichever connection. */
  readonly uploads: Queue
  /** Chunks that are not acknowledged yet. */
  pendingChunks: number
}

/** What is not kept of a member, as it is before a connection. */
export function absent() {
  return {
    connection: undefined,
    progress: undefined,
    withdrawn: undefined,
    told: '',
    uploads: serialQueue(),
    pendingChunks: 0,
  } as const
}

/** Text of strangers, fit to be shown and logged: no control, format or private-use characters, one line. */
export function cleanText(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Moves what passed over the member's connection into its account. Returns what was moved. */
export function countTraffic(member: Member): { readonly up: number; readonly down: number } {
  const { up, down } = member.connection?.takeTraffic() ?? { up: 0, down: 0 }
  member.bytesUp += up
  member.bytesDown += down
  return { up, down }
}
