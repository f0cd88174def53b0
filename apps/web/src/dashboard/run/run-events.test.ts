import type { FederationView, PhaseView, RunEventView } from '@passerby/protocol'
import { describe, expect, test } from 'vitest'
import { everyEvent, eventsCsv, filterEvents, kindsOf, whyPaused } from './run-events.ts'

const client = 'a'.repeat(32)
const event = (id: number, more: Partial<RunEventView> = {}): RunEventView => ({
  id,
  at: Date.UTC(2026, 0, 1, 12, 0, id),
  level: 'note',
  kind: 'joined',
  message: 'Platform 4 joined',
  round: null,
  client,
  ...more,
})
const events = [
  event(1),
  event(2, { kind: 'late', level: 'warning', round: 3, message: 'Update came late' }),
  event(3, { client: null, kind: 'published', message: 'Round 3 is done' }),
]

describe('events of a run', () => {
  test('are shown newest first, those for which every condition holds', () => {
    const ids = (filter: object) => filterEvents(events, { ...everyEvent, ...filter }).map(({ id }) => id)
    expect(ids({})).toEqual([3, 2, 1])
    expect(ids({ level: 'warning' })).toEqual([2])
    expect(ids({ kind: 'joined', text: ' PLATFORM ' })).toEqual([1])
    expect(ids({ client, kind: 'published' })).toEqual([])
    expect(kindsOf(events)).toEqual(['joined', 'late', 'published'])
  })

  test('are exported as CSV that no spreadsheet takes for a formula', () => {
    const csv = eventsCsv([event(1, { message: 'He said "4, please"', round: 3 })], new Map([[client, '=HYPERLINK()']]))
    expect(csv).toBe(
      'time,level,kind,round,client,alias,message\r\n' +
        `2026-01-01T12:00:01.000Z,note,joined,3,${client},'=HYPERLINK(),"He said ""4, please"""\r\n`,
    )
  })

  test('say why the coordinator paused the run, until it is resumed', () => {
    const message = 'Round 2 was abandoned 3 times in a row, so the run is paused'
    const past = [
      event(1),
      event(2, { kind: 'abandoned', level: 'error', message }),
      event(3, { kind: 'paused', message: 'The run was paused' }),
    ]
    const why = (events: readonly RunEventView[], phase: PhaseView = { phase: 'paused', round: 2 }) =>
      whyPaused({ view: { phase } as FederationView, events })
    expect(why(past)).toBe(message)
    const resumed = [...past, event(4, { kind: 'resumed' })]
    expect(why(resumed, { phase: 'open', round: 2, present: 1, needed: 2 })).toBeUndefined()
    // By the operator, this time.
    expect(why([...resumed, event(5, { kind: 'paused' })])).toBeUndefined()
    expect(why([])).toBeUndefined()
  })
})
