import type { WatchedRun } from '@passerby/operator'
import type { ClientView } from '@passerby/protocol'
import { type ReactNode, useMemo } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { formatAgo, formatBytes, formatCount, formatPercent, plural } from '../../ui/format.ts'
import { LiveRegion } from '../../ui/live-region.tsx'
import { EmptyState, Notice } from '../../ui/notice.tsx'
import page from '../page.module.css'
import { runFragment } from '../routes.ts'
import { useShown } from '../use-shown.tsx'
import { GroupOf } from './group-chip.tsx'
import { type NamedGroup, groupSpans } from './groups.ts'
import { clientState, inOrder } from './client-state.ts'
import { exclusionSentence } from './exclusion.ts'
import tables from './tables.module.css'
import { useExclusions } from './use-exclusions.tsx'

/** Who takes part and what each is doing. */
export function ClientsPanel({ run, now }: { readonly run: WatchedRun; readonly now: number }) {
  const { clients, summary } = run.view
  const { shown, more, moreButton } = useShown(inOrder(clients), 100)
  const groups = useMemo(() => groupSpans(run.rounds).at(-1)?.groups ?? noGroups, [run.rounds])
  const ended = summary.state === 'ended'
  const counted = ended ? clients : clients.filter(({ state }) => state !== 'gone')
  const exclusions = useExclusions(run.view, moreButton)
  if (clients.length === 0)
    return (
      <Card>
        <EmptyState
          icon="people"
          title="Nobody has joined yet"
          actions={
            !ended && (
              <ButtonLink kind="primary" icon="people" href={runFragment(summary.id, 'invites')}>
                Get a join link
              </ButtonLink>
            )
          }
        >
          Send a join link to those who have crops. Each of them shows up here as soon as their crops are checked.
        </EmptyState>
      </Card>
    )
  return (
    <>
      <LiveRegion text={exclusions.spoken} />
      <Card
        title={ended ? `${plural(counted.length, 'client')} took part` : `${plural(counted.length, 'client')} here`}
        actions={<span className={page.small}>{plural(imagesOf(counted), 'training image')}</span>}
      >
        {exclusions.problem && <Notice tone="bad">{exclusions.problem}</Notice>}
        <DataTable
          caption="Clients"
          columns={columns({ now, ended, groups, ...exclusions })}
          rows={shown}
          rowKey={({ id }) => id}
        />
        {more}
        {exclusions.dialog}
      </Card>
    </>
  )
}

function imagesOf(clients: readonly ClientView[]): number {
  return clients.reduce((sum, { images }) => sum + images, 0)
}

const noGroups: ReadonlyMap<string, NamedGroup> = new Map()

function columns({
  now,
  ended,
  groups,
  button,
}: {
  readonly now: number
  readonly ended: boolean
  readonly groups: ReadonlyMap<string, NamedGroup>
  readonly button: (client: ClientView) => ReactNode
}): readonly Column<ClientView>[] {
  return [
    { name: 'Alias', cell: ({ alias }) => alias },
    { name: 'State', wide: true, cell: (client) => <State {...{ client, ended, now }} /> },
    ...(groups.size > 0 ? [{ name: 'Group', cell: ({ id }: ClientView) => <GroupOf group={groups.get(id)} /> }] : []),
    {
      name: 'Device',
      wide: true,
      cell: ({ device }) => (
        <div className={tables.two}>
          <span>{device.name}</span>
          <span className={page.small}>
            {device.backend} · {formatCount(device.imagesPerSecond)} images/s
          </span>
        </div>
      ),
    },
    { name: 'Images', align: 'end', cell: ({ images }) => formatCount(images) },
    {
      name: 'Last weight',
      align: 'end',
      cell: ({ weight }) => (weight === null ? '—' : formatPercent(100 * weight)),
    },
    { name: 'Received', align: 'end', cell: ({ bytesUp }) => formatBytes(bytesUp) },
    { name: 'Sent', align: 'end', cell: ({ bytesDown }) => formatBytes(bytesDown) },
    {
      name: 'Last seen',
      align: 'end',
      cell: ({ state, lastSeen }) => (state === 'gone' ? formatAgo(lastSeen, now) : 'now'),
    },
    ...(ended ? [] : [{ name: 'Actions', wide: true as const, align: 'end' as const, cell: button }]),
  ]
}

function State({ client, ended, now }: { readonly client: ClientView; readonly ended: boolean; readonly now: number }) {
  const { text, tone } = clientState(client, ended)
  return (
    <div className={tables.two}>
      <span className={tables.badges}>
        <Badge tone={tone}>{text}</Badge>
        {client.hidden && client.state !== 'gone' && <Badge tone="warn">tab hidden</Badge>}
      </span>
      {client.excluded && (
        <span className={classNames(page.small, tables.reason)}>{exclusionSentence(client.excluded, now)}</span>
      )}
    </div>
  )
}
