import type { WatchedRun } from '@passerby/operator'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { formatBytes, formatFigure, formatPercent, formatSeconds } from '../../ui/format.ts'
import { EmptyState } from '../../ui/notice.tsx'
import { OutcomeBadge } from '../badges.tsx'
import { runFragment } from '../routes.ts'
import { useShown } from '../use-shown.tsx'
import { GroupHistory } from './group-history.tsx'
import { PhaseBar, PhaseLegend } from './phase-bar.tsx'
import { type PhaseBar as Bar, phaseBars } from './phase-bars.ts'
import page from '../page.module.css'
import { RoundPanel } from './round-panel.tsx'
import tables from './tables.module.css'

/** Every session of the run, newest first; one opens to its record. */
export function RoundsPanel({
  run,
  session,
  now,
}: {
  readonly run: WatchedRun
  readonly session: number | undefined
  readonly now: number
}) {
  const federation = run.view.summary.id
  const { shown, more } = useShown(phaseBars(run.rounds), 50)
  const open = run.rounds.find((record) => record.session === session)
  if (open) return <RoundPanel run={run} record={open} now={now} />
  if (shown.length === 0)
    return (
      <Card>
        <EmptyState icon="table" title="No round yet">
          The first one opens when the federation is started and enough clients are here.
        </EmptyState>
      </Card>
    )
  return (
    <div className={page.stack}>
      <GroupHistory run={run} />
      <Card title="Rounds" actions={<PhaseLegend />}>
        <DataTable
          caption="Rounds"
          columns={columns(federation)}
          rows={shown}
          rowKey={({ record }) => record.session}
        />
        {more}
      </Card>
    </div>
  )
}

function columns(federation: string): readonly Column<Bar>[] {
  return [
    {
      name: 'Round',
      cell: ({ record }) => (
        <a href={runFragment(federation, 'rounds', record.session)} aria-label={`Round ${record.round}, its record`}>
          <span className={tables.onCard}>Round </span>
          {record.round}
        </a>
      ),
    },
    { name: 'Outcome', cell: ({ record }) => <OutcomeBadge outcome={record.outcome} /> },
    { name: 'Phases', wide: true, cell: (bar) => <PhaseBar bar={bar} /> },
    { name: 'Time', align: 'end', cell: ({ seconds }) => formatSeconds(seconds) },
    { name: 'Updates', align: 'end', cell: ({ counted, cohort }) => `${counted} of ${cohort}` },
    { name: 'Received', align: 'end', cell: ({ record }) => formatBytes(record.bytesUp) },
    { name: 'Sent', align: 'end', cell: ({ record }) => formatBytes(record.bytesDown) },
    { name: 'Loss', align: 'end', cell: ({ record }) => formatFigure(record.loss) },
    { name: 'Rank-1', align: 'end', cell: ({ record }) => (record.global ? formatPercent(record.global.rank1) : '—') },
    { name: 'mAP', align: 'end', cell: ({ record }) => (record.global ? formatPercent(record.global.mAP) : '—') },
  ]
}
