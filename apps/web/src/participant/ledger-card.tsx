import type { Ledger, LedgerKind } from '@passerby/participant'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { formatBytes, formatCount } from '../ui/format.ts'
import page from './page.module.css'

const kinds: readonly { readonly kind: LedgerKind; readonly name: string }[] = [
  { kind: 'images', name: 'Images' },
  { kind: 'update', name: 'Sealed backbone updates' },
  { kind: 'metrics', name: 'Metrics and image counts' },
  { kind: 'control', name: 'Control messages' },
]

/** What left this tab, counted where it leaves. */
export function LedgerCard({ ledger, thisRound }: { readonly ledger: Ledger; readonly thisRound: Ledger }) {
  return (
    <Card
      title="What left this device"
      actions={<Badge tone="good">Images {formatBytes(ledger.sent.images.bytes)}</Badge>}
    >
      <DataTable
        caption="Bytes sent by kind"
        rows={kinds}
        rowKey={({ kind }) => kind}
        columns={[
          { name: 'Kind', cell: ({ name }) => name },
          { name: 'This round', align: 'end', cell: ({ kind }) => formatBytes(thisRound.sent[kind].bytes) },
          { name: 'In all', align: 'end', cell: ({ kind }) => formatBytes(ledger.sent[kind].bytes) },
          { name: 'Messages', align: 'end', cell: ({ kind }) => formatCount(ledger.sent[kind].messages) },
        ]}
      />
      <p className={page.small}>
        Counted in the one module through which anything can leave this tab. Downloaded:{' '}
        {formatBytes(ledger.received.bytes)} of models and cards.
      </p>
    </Card>
  )
}
