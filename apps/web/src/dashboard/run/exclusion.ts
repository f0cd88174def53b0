import type { ClientView, Exclusion, FederationView } from '@passerby/protocol'
import { formatAgo, plural } from '../../ui/format.ts'

/** Who took a client out, when and why: `by the operator, 3 min ago: wrong crops`. */
export function exclusionSentence({ at, by, reason }: Exclusion, now: number): string {
  return `by the ${by}, ${formatAgo(at, now)}${reason === '' ? '' : `: ${reason}`}`
}

/** What taking this client out does to the round that is open, and to those that follow; nothing where neither changes. */
export function consequences({ clients, phase, settings }: FederationView, client: ClientView): readonly string[] {
  const counted = (phase.phase === 'training' || phase.phase === 'aggregating') && client.state === 'done'
  const here = clients.filter(({ state, excluded }) => state !== 'gone' && !excluded)
  const left = here.filter(({ id }) => id !== client.id).length
  const needed = settings.cohort.minClients
  return [
    ...(counted
      ? [
          'Its update is in the open round’s sum already, from which it cannot be taken: the others train the round anew.',
        ]
      : []),
    ...(here.includes(client) && left < needed
      ? [
          `Then ${plural(left, 'client')} ${left === 1 ? 'is' : 'are'} left and a round needs ${needed}: it waits for more.`,
        ]
      : []),
  ]
}
