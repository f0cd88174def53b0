import type { ClientView, Exclusion, FederationView } from '@passerby/protocol'
import { formatAgo, plural } from '../../ui/format.ts'

/** Who took a client out, when and why: `by the operator, 3 min ago: wrong crops`. */
export function exclusionSentence({ at, by, reason }: Exclusion, now: number): string {
  return `by the ${by}, ${formatAgo(at, now)}${reason === '' ? '' : `: ${reason}`}`
}

/** What taking this client out does to the round that is open, and to those that follow; nothing where neither changes. */
export function consequences(view: FederationView, client: ClientView): readonly string[] {
  const { clients, settings } = view
  const anew = reopening(view, client)
  const here = clients.filter(({ state, excluded }) => state !== 'gone' && state !== 'paused' && !excluded)
  const left = here.filter(({ id }) => id !== client.id).length
  const needed = settings.cohort.minClients
  const waits = (anew !== undefined || here.includes(client)) && left < needed
  return [
    ...(anew === undefined ? [] : [anew]),
    ...(waits
      ? [
          `Then ${plural(left, 'client')} ${left === 1 ? 'is' : 'are'} left and a round needs ${needed}: it waits for more.`,
        ]
      : []),
  ]
}

/** Why the open round is trained anew without this client, if it is (rule R15). */
function reopening({ phase }: FederationView, { part }: ClientView): string | undefined {
  if (part === 'counted')
    return 'Its update is in the open round’s sum already, from which it cannot be taken: the others train the round anew.'
  if (part !== 'drawn' || phase.phase !== 'training' || phase.cohort > phase.needed) return undefined
  return `The open round cannot do without it, since it needs ${plural(phase.needed, 'update')}: it opens anew, and what the others trained in it does not count.`
}
