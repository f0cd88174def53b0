import type { RunEvent, RunState, TrainingState } from './run-state.ts'

/**
 * Who is there, who is away and who is still awaited: the part of the round machine that is not journalled, because
 * after a restart nobody is connected.
 */
export interface RoundMachine {
  readonly run: RunState
  /** Clients that are connected and willing to train. */
  readonly present: readonly string[]
  /** Clients of the open session whose connection was lost, with the time at which they are given up. */
  readonly away: Readonly<Record<string, number>>
}

/** The machine once an event's word on its client's presence is taken. One that is lost is given up at `giveUpAt`. */
export function notePresence(machine: RoundMachine, event: RunEvent, giveUpAt: number): RoundMachine {
  switch (event.type) {
    case 'arrived':
      return { ...machine, present: include(machine.present, event.client), away: omit(machine.away, event.client) }
    case 'lost':
      return {
        ...machine,
        present: exclude(machine.present, event.client),
        away: isAwaited(machine.run, event.client) ? { ...machine.away, [event.client]: giveUpAt } : machine.away,
      }
    case 'withdrew':
    case 'excluded':
      return { ...machine, present: exclude(machine.present, event.client), away: omit(machine.away, event.client) }
    case 'restored':
      return { ...machine, present: [], away: {} }
    default:
      return machine
  }
}

/** After a restart everyone who is awaited has the grace time to return. */
export function awayFrom(run: TrainingState, giveUpAt: number): Readonly<Record<string, number>> {
  return Object.fromEntries(run.cohort.filter((client) => isAwaited(run, client)).map((client) => [client, giveUpAt]))
}

/** Whether an update of this client would count now. */
export function mayAnswer(run: RunState, client: string, session: number): run is TrainingState {
  return (
    run.state === 'training' && run.session === session && run.cohort.includes(client) && !run.accepted.includes(client)
  )
}

/** Whether the open session waits for this client. */
function isAwaited(run: RunState, client: string): boolean {
  return (
    run.state === 'training' &&
    run.cohort.includes(client) &&
    !run.accepted.includes(client) &&
    !run.out.includes(client)
  )
}

/** These clients are not awaited any more. */
export function withOut(run: TrainingState, clients: readonly string[]): TrainingState {
  return { ...run, out: [...run.out, ...clients.filter((client) => isAwaited(run, client))] }
}

const include = (list: readonly string[], one: string): readonly string[] =>
  list.includes(one) ? list : [...list, one].sort()
export const exclude = (list: readonly string[], one: string): readonly string[] =>
  list.filter((other) => other !== one)
export const omit = (record: Readonly<Record<string, number>>, ...keys: string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))
