import type { Ledger, LedgerKind } from '@passerby/participant'
import type { ReactNode } from 'react'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { formatBytes, formatCount } from '../ui/format.ts'
import { extraName } from './leaving.ts'
import page from './page.module.css'
import type { SentExtra } from './train-view.ts'

const kinds: readonly { readonly kind: LedgerKind; readonly name: string }[] = [
  { kind: 'images', name: 'Images' },
  { kind: 'update', name: 'Sealed updates' },
  { kind: 'metrics', name: 'Metrics and image counts' },
  { kind: 'control', name: 'Control messages' },
]

interface Row {
  readonly key: string
  readonly name: ReactNode
  /** Bytes. */
  readonly thisRound: number
  readonly inAll: number
  /** Undefined of a part of the row above. */
  readonly messages?: number
}

const columns: readonly Column<Row>[] = [
  { name: 'Kind', cell: ({ name }) => name },
  { name: 'This round', align: 'end', cell: ({ thisRound }) => formatBytes(thisRound) },
  { name: 'In all', align: 'end', cell: ({ inAll }) => formatBytes(inAll) },
  { name: 'Messages', align: 'end', cell: ({ messages }) => (messages === undefined ? '—' : formatCount(messages)) },
]

/** What left this tab, counted where it leaves. */
export function LedgerCard({
  ledger,
  thisRound,
  extras,
}: {
  readonly ledger: Ledger
  readonly thisRound: Ledger
  /** What sealed updates held beside the backbone. */
  readonly extras: readonly SentExtra[]
}) {
  const rows = kinds.flatMap(({ kind, name }): readonly Row[] => {
    const { bytes: inAll, messages } = ledger.sent[kind]
    const row = { key: kind, name, thisRound: thisRound.sent[kind].bytes, inAll, messages }
    return kind === 'update' ? [row, ...extras.map(partOf)] : [row]
  })
  return (
    <Card
      title="What left this device"
      actions={<Badge tone="good">Images {formatBytes(ledger.sent.images.bytes)}</Badge>}
    >
      <DataTable caption="Bytes sent by kind" rows={rows} rowKey={({ key }) => key} columns={columns} />
      <p className={page.small}>
        Counted in the one module through which anything can leave this tab. Downloaded:{' '}
        {formatBytes(ledger.received.bytes)} of models{extras.length > 0 && ', public images'} and cards.
      </p>
    </Card>
  )
}

/** Of the sealed updates. */
function partOf({ name, thisRound, inAll }: SentExtra): Row {
  return {
    key: name,
    name: (
      <span className={page.part}>
        <span className={page.muted}>of it</span> {extraName(name)}
      </span>
    ),
    thisRound,
    inAll,
  }
}
