import { Badge, type Tone } from '../ui/badge.tsx'
import { DataTable, type Column } from '../ui/data-table.tsx'
import { formatBytes, formatCount, formatFigure, formatPercent, formatSeconds } from '../ui/format.ts'
import type { PastRound } from './train-view.ts'

const outcomes: Record<PastRound['outcome'], { readonly says: string; readonly tone: Tone }> = {
  open: { says: 'open', tone: 'accent' },
  counted: { says: 'counted', tone: 'good' },
  dropped: { says: 'not needed', tone: 'neutral' },
  aborted: { says: 'aborted', tone: 'warn' },
  failed: { says: 'failed', tone: 'bad' },
  watched: { says: 'measured only', tone: 'neutral' },
}

const known = (value: number | undefined, format: (value: number) => string) =>
  value === undefined ? '—' : format(value)

const columns: readonly Column<PastRound>[] = [
  { name: 'Round', cell: ({ round }) => round },
  { name: 'Update', cell: ({ outcome }) => <Badge tone={outcomes[outcome].tone}>{outcomes[outcome].says}</Badge> },
  { name: 'Images', align: 'end', cell: ({ images }) => known(images, formatCount) },
  { name: 'Training', align: 'end', cell: ({ trainSeconds }) => known(trainSeconds, formatSeconds) },
  { name: 'Sent', align: 'end', cell: ({ bytesUp }) => known(bytesUp, formatBytes) },
  { name: 'Loss', align: 'end', cell: ({ loss }) => known(loss, formatFigure) },
  { name: 'Rank-1 before', align: 'end', cell: ({ local }) => known(local?.rank1, formatPercent) },
  { name: 'Rank-1 after', align: 'end', cell: ({ global }) => known(global?.rank1, formatPercent) },
  { name: 'mAP before', align: 'end', cell: ({ local }) => known(local?.mAP, formatPercent) },
  { name: 'mAP after', align: 'end', cell: ({ global }) => known(global?.mAP, formatPercent) },
]

/** Every round that this device saw, newest first. */
export function PastRounds({ rounds }: { readonly rounds: readonly PastRound[] }) {
  return (
    <DataTable
      caption="Past rounds"
      columns={columns}
      rows={rounds.toReversed()}
      rowKey={({ round }) => round}
      empty="The first round will stand here."
    />
  )
}
