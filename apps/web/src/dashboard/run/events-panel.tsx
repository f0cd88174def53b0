import type { WatchedRun } from '@passerby/operator'
import type { RunEventView } from '@passerby/protocol'
import { useMemo, useState } from 'react'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { formatCount } from '../../ui/format.ts'
import { formatClock } from '../format-time.ts'
import page from '../page.module.css'
import { fileStem, saveFile } from '../../ui/save-file.ts'
import { useShown } from '../use-shown.tsx'
import { type EventFilter, everyEvent, eventsCsv, filterEvents, kindsOf } from './run-events.ts'
import tables from './tables.module.css'

const levels: readonly { readonly value: EventFilter['level']; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'note', label: 'Notes' },
  { value: 'warning', label: 'Warnings' },
  { value: 'error', label: 'Errors' },
]

/** What happened, newest first, filtered as one types. */
export function EventsPanel({ run, now }: { readonly run: WatchedRun; readonly now: number }) {
  const [filter, setFilter] = useState(everyEvent)
  const events = useMemo(() => filterEvents(run.events, filter), [run.events, filter])
  const aliases = new Map(run.view.clients.map(({ id, alias }) => [id, alias]))
  const { shown, more } = useShown(events, 100)
  const change = (part: Partial<EventFilter>) => setFilter({ ...filter, ...part })
  const kinds = kindsOf(run.events).map((kind) => ({ value: kind, label: kind }))
  const clients = [...aliases].map(([value, label]) => ({ value, label }))
  const save = () =>
    saveFile(
      new Blob([eventsCsv(events, aliases)], { type: 'text/csv' }),
      `${fileStem(run.view.summary.name)}-events.csv`,
    )
  return (
    <Card
      title="Events"
      actions={
        <span className={page.small} aria-live="polite">
          {formatCount(events.length)} of {formatCount(run.events.length)}
        </span>
      }
    >
      <div className={tables.filters}>
        <Field label="Level">
          {(control) => (
            <Select {...control} value={filter.level} options={levels} onPick={(level) => change({ level })} />
          )}
        </Field>
        <Field label="Kind">
          {(control) => (
            <Select {...control} value={filter.kind} options={[every, ...kinds]} onPick={(kind) => change({ kind })} />
          )}
        </Field>
        <Field label="Client">
          {(control) => (
            <Select
              {...control}
              value={filter.client}
              options={[every, ...clients]}
              onPick={(client) => change({ client })}
            />
          )}
        </Field>
        <Field label="Message">
          {(control) => (
            <Input
              {...control}
              type="search"
              placeholder="Search"
              value={filter.text}
              onChange={(event) => change({ text: event.target.value })}
            />
          )}
        </Field>
        <Button icon="down" onClick={save} disabled={events.length === 0}>
          CSV
        </Button>
      </div>
      <DataTable
        caption="Events"
        columns={columns(now, aliases)}
        rows={shown}
        rowKey={({ id }) => id}
        empty={run.events.length === 0 ? 'Nothing has happened yet.' : 'No event is like that.'}
      />
      {more}
    </Card>
  )
}

const every = { value: '', label: 'All' }
const tones: Record<RunEventView['level'], Tone> = { note: 'neutral', warning: 'warn', error: 'bad' }

function columns(now: number, aliases: ReadonlyMap<string, string>): readonly Column<RunEventView>[] {
  return [
    { name: 'Time', cell: ({ at }) => <time dateTime={new Date(at).toISOString()}>{formatClock(at, now)}</time> },
    { name: 'Kind', cell: ({ kind, level }) => <Badge tone={tones[level]}>{kind}</Badge> },
    { name: 'Round', align: 'end', cell: ({ round }) => round ?? '—' },
    { name: 'Client', cell: ({ client }) => (client === null ? '—' : (aliases.get(client) ?? client.slice(0, 8))) },
    { name: 'Message', wide: true, cell: ({ message }) => <span className={tables.message}>{message}</span> },
  ]
}
