import type { WatchedRun } from '@passerby/operator'
import type { RunEventView } from '@passerby/protocol'

/** Which events are seen: every condition must hold, an empty one holds always. */
export interface EventFilter {
  readonly level: RunEventView['level'] | 'all'
  readonly kind: string
  readonly client: string
  /** In the message, without regard to case. */
  readonly text: string
}

export const everyEvent: EventFilter = { level: 'all', kind: '', client: '', text: '' }

/** Newest first. */
export function filterEvents(events: readonly RunEventView[], filter: EventFilter): readonly RunEventView[] {
  const text = filter.text.trim().toLowerCase()
  return events
    .filter(
      (event) =>
        (filter.level === 'all' || event.level === filter.level) &&
        (filter.kind === '' || event.kind === filter.kind) &&
        (filter.client === '' || event.client === filter.client) &&
        event.message.toLowerCase().includes(text),
    )
    .reverse()
}

/** Why the coordinator itself paused a run that is paused; undefined where the operator did. Events are oldest first. */
export function whyPaused({ view, events }: Pick<WatchedRun, 'view' | 'events'>): string | undefined {
  if (view.phase.phase !== 'paused') return undefined
  const last = events.findLast(({ kind }) => kind === 'abandoned' || kind === 'resumed')
  return last?.kind === 'abandoned' ? last.message : undefined
}

export function kindsOf(events: readonly RunEventView[]): readonly string[] {
  return [...new Set(events.map(({ kind }) => kind))].sort()
}

/** Events as CSV (RFC 4180), times in ISO 8601. */
export function eventsCsv(events: readonly RunEventView[], aliases: ReadonlyMap<string, string>): string {
  return toCsv([
    ['time', 'level', 'kind', 'round', 'client', 'alias', 'message'],
    ...events.map(({ at, level, kind, round, client, message }) => [
      new Date(at).toISOString(),
      level,
      kind,
      round === null ? '' : String(round),
      client ?? '',
      (client && aliases.get(client)) ?? '',
      message,
    ]),
  ])
}

/** A leading `=`, `+`, `-` or `@` would be run as a formula by a spreadsheet: an alias is anyone's text. */
function toCsv(rows: readonly (readonly string[])[]): string {
  const cell = (value: string) => {
    const inert = /^[=+\-@\t]/.test(value) ? `'${value}` : value
    return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
  }
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
