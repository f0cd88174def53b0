import type { EndReason, RunEffect, RunEvent, RunState } from '@passerby/federation'
import type { RunEventView } from '@passerby/protocol'

/** A line of the run's history, before it has a number and a time. */
export type Note = Pick<RunEventView, 'level' | 'kind' | 'message' | 'round' | 'client'>

/** What a person reads of one step of the round machine. `nameOf` gives a client's alias. */
export function notesOf(
  step: { readonly before: RunState; readonly event: RunEvent; readonly after: RunState },
  effects: readonly RunEffect[],
  nameOf: (client: string) => string,
): readonly Note[] {
  const { before, event, after } = step
  const round = 'round' in before ? before.round : null
  const note = (kind: string, message: string, more: Partial<Note> = {}): Note => ({
    level: 'note',
    kind,
    message,
    round,
    client: null,
    ...more,
  })
  return [
    ...noteOfEvent(event, before, after).map(({ message, client, level }) =>
      note(event.type, client === undefined ? message : `${nameOf(client)} ${message}`, {
        client: client ?? null,
        level: level ?? 'note',
      }),
    ),
    ...newlyOut(before, after, event).map((client) =>
      note('given-up', `${nameOf(client)} was away for too long: the round goes on without it`, {
        client,
        level: 'warning',
      }),
    ),
    ...effects.flatMap((effect) => noteOfEffect(effect, event, note)),
  ]
}

interface Said {
  readonly message: string
  readonly client?: string
  readonly level?: Note['level']
}

function noteOfEvent(event: RunEvent, before: RunState, after: RunState): readonly Said[] {
  const changed = before !== after
  const over = before.state === 'ended'
  switch (event.type) {
    case 'started':
      return changed ? [{ message: 'The run was started' }] : []
    case 'paused':
      return changed ? [{ message: 'The run was paused' }] : []
    case 'resumed':
      return changed ? [{ message: 'The run was resumed' }] : []
    case 'stopped':
      return changed ? [{ message: 'The run was stopped' }] : []
    case 'restored':
      return before.state === 'idle' || before.state === 'ended'
        ? []
        : [{ message: 'The coordinator was restarted; the run goes on from its journal', level: 'warning' }]
    case 'arrived':
      return over ? [] : [{ message: 'is here', client: event.client }]
    case 'lost':
      return over ? [] : [{ message: 'is gone', client: event.client }]
    case 'withdrew':
      return over ? [] : [{ message: 'withdrew', client: event.client }]
    case 'accepted':
      return changed ? [{ message: 'sent an update that counts', client: event.client }] : []
    case 'excluded':
    case 'aggregated':
    case 'unusable':
    case 'evaluated':
    case 'tick':
      return []
  }
}

/** Clients that the passing of time put out of the round. */
function newlyOut(before: RunState, after: RunState, event: RunEvent): readonly string[] {
  if (event.type === 'withdrew' || before.state !== 'training' || after.state !== 'training') return []
  return after.out.filter((client) => !before.out.includes(client))
}

function noteOfEffect(
  effect: RunEffect,
  event: RunEvent,
  note: (kind: string, message: string, more?: Partial<Note>) => Note,
): readonly Note[] {
  if (event.type === 'restored') return []
  switch (effect.type) {
    case 'open-session':
      return [
        note(effect.type, `Round ${effect.round} opened with ${clients(effect.cohort.length)}`, {
          round: effect.round,
        }),
      ]
    case 'aggregate':
      return [note(effect.type, `Round ${effect.round}: summing the updates of ${clients(effect.clients.length)}`)]
    case 'publish':
      return [note(effect.type, `Round ${effect.round}: the model is published`)]
    case 'abort-session':
      return [
        note(effect.type, `Round ${effect.round} was abandoned: ${abortReasons[effect.reason]}`, { level: 'warning' }),
      ]
    case 'close-round':
      return [note(effect.type, `Round ${effect.round} is closed`)]
    case 'end':
      return [note(effect.type, endReasons[effect.reason])]
  }
}

export const abortReasons = {
  'too-few-updates': 'too few updates came in time',
  unusable: 'its updates make no model, or what its sum needs is gone',
  excluded: 'a client was taken out that it cannot do without',
  paused: 'the run was paused',
  stopped: 'the operator stopped the run',
} as const

const endReasons: Readonly<Record<EndReason, string>> = {
  completed: 'The run is complete',
  stopped: 'The run has ended: its operator stopped it',
}

const clients = (count: number) => (count === 1 ? '1 client' : `${count} clients`)
