/**
 * What left this device, by kind, in payload bytes as they were handed to the network (without framing and TLS).
 * `images` is there to be shown: no message has a field for one, so it stays 0.
 */
export type LedgerKind = 'control' | 'update' | 'metrics' | 'images'

export interface LedgerEntry {
  readonly messages: number
  readonly bytes: number
}

export interface Ledger {
  readonly sent: Readonly<Record<LedgerKind, LedgerEntry>>
  /** Models, public sets and cards that were downloaded. */
  readonly received: LedgerEntry
}

const nothing: LedgerEntry = { messages: 0, bytes: 0 }

export const emptyLedger: Ledger = {
  sent: { control: nothing, update: nothing, metrics: nothing, images: nothing },
  received: nothing,
}

export function withSent(ledger: Ledger, kind: LedgerKind, bytes: number): Ledger {
  return { ...ledger, sent: { ...ledger.sent, [kind]: more(ledger.sent[kind], bytes) } }
}

export function withReceived(ledger: Ledger, bytes: number): Ledger {
  return { ...ledger, received: more(ledger.received, bytes) }
}

function more(entry: LedgerEntry, bytes: number): LedgerEntry {
  return { messages: entry.messages + 1, bytes: entry.bytes + bytes }
}
