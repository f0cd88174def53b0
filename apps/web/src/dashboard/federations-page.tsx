import type { FederationSummary } from '@passerby/protocol'
import { ButtonLink } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { formatAgo, formatCount, formatPercent } from '../ui/format.ts'
import { EmptyState } from '../ui/notice.tsx'
import { Sparkline } from '../ui/sparkline.tsx'
import { StateBadge } from './badges.tsx'
import styles from './federations-page.module.css'
import page from './page.module.css'
import { Page } from './page.tsx'
import { fragmentOf, runFragment } from './routes.ts'
import { LostNotice } from './session/connection-status.tsx'
import { useSnapshot } from './session/operator-context.ts'
import { useNow } from '../ui/use-now.ts'

const newFederation = fragmentOf({ page: 'new' })

/** Every federation of the coordinator, newest first. */
export function FederationsPage() {
  const { connection, federations = [] } = useSnapshot()
  const now = useNow()
  const rows = [...federations].sort((a, b) => b.createdAt - a.createdAt)
  return (
    <Page title="Federations">
      {connection.state === 'reconnecting' && <LostNotice since={connection.since} />}
      <div className={page.head}>
        <h1>Federations</h1>
        {rows.length > 0 && (
          <ButtonLink kind="primary" icon="add" href={newFederation}>
            New federation
          </ButtonLink>
        )}
      </div>
      <Card>
        {rows.length === 0 ? (
          <EmptyState
            icon="people"
            title="No federation yet"
            actions={
              <ButtonLink kind="primary" icon="add" href={newFederation}>
                New federation
              </ButtonLink>
            }
          >
            Create one, send its join link to those who have crops, and start it when enough of them are here.
          </EmptyState>
        ) : (
          <DataTable caption="Federations" columns={columns(now)} rows={rows} rowKey={({ id }) => id} />
        )}
      </Card>
    </Page>
  )
}

function columns(now: number): readonly Column<FederationSummary>[] {
  return [
    {
      name: 'Federation',
      cell: ({ id, name, strategy, backbone }) => (
        <div className={styles.name}>
          <a href={runFragment(id)}>{name}</a>
          <span className={page.small}>
            {strategy} · {backbone}
          </span>
        </div>
      ),
    },
    { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
    { name: 'Round', align: 'end', cell: ({ round, rounds }) => `${formatCount(round)} of ${formatCount(rounds)}` },
    { name: 'Clients', align: 'end', cell: ({ clients }) => formatCount(clients) },
    { name: 'mAP', wide: true, cell: ({ mAP }) => <Quality mAP={mAP} /> },
    {
      name: 'Last event',
      wide: true,
      cell: ({ lastEvent }) =>
        lastEvent ? (
          <div className={styles.event}>
            <span>{lastEvent.message}</span>
            <span className={page.small}>{formatAgo(lastEvent.at, now)}</span>
          </div>
        ) : (
          '—'
        ),
    },
  ]
}

function Quality({ mAP }: { readonly mAP: readonly number[] }) {
  const last = mAP.at(-1)
  if (last === undefined) return <span className={page.muted}>not measured</span>
  return (
    <div className={styles.quality}>
      <Sparkline label={`mAP over ${mAP.length} rounds, now ${formatPercent(last)}`} values={mAP} />
      {formatPercent(last)}
    </div>
  )
}
