import type { WatchedRun } from '@passerby/operator'
import { useMemo } from 'react'
import { Card } from '../../ui/card.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import page from '../page.module.css'
import { GroupOf } from './group-chip.tsx'
import styles from './groups.module.css'
import { type GroupSpan, aliasesOf, groupSpans } from './groups.ts'

/** The newest changes are what one looks for; an export has them all. */
const SPANS_SHOWN = 24

/** How groups changed: a row per client, a column for all rounds in a row that were alike. Nothing where there are none. */
export function GroupHistory({ run }: { readonly run: WatchedRun }) {
  const spans = useMemo(() => groupSpans(run.rounds), [run.rounds])
  const aliases = useMemo(() => aliasesOf(run), [run])
  if (spans.length === 0) return null
  const shown = spans.slice(-SPANS_SHOWN)
  const clients = [...new Set(shown.flatMap(({ groups }) => [...groups.keys()]))]
    .map((client) => ({ client, alias: aliases.get(client) ?? client.slice(0, 8) }))
    .sort((a, b) => a.alias.localeCompare(b.alias, 'en', { numeric: true }))
  const caption = 'Groups by round'
  return (
    <Card title={caption}>
      <p className={page.small}>
        {spans.length === 1
          ? 'The groups have been the same in every round.'
          : `The groups changed ${spans.length === 2 ? 'once' : `${spans.length - 1} times`}.`}{' '}
        Rounds in a row that had the same groups stand together. A group keeps the letter of that before with which it
        shares most clients.
        {spans.length > shown.length && ` The last ${SPANS_SHOWN} are shown; the export has them all.`}
      </p>
      <ScrollRegion label={`${caption}, table`}>
        <table className={styles.history}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">Client</th>
              {shown.map((span) => (
                <th key={span.from} scope="col">
                  <span className="visually-hidden">Round </span>
                  {roundsOf(span)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {clients.map(({ client, alias }) => (
              <tr key={client}>
                <th scope="row">{alias}</th>
                {shown.map(({ from, groups }) => (
                  <td key={from}>
                    <GroupOf group={groups.get(client)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Card>
  )
}

function roundsOf({ from, to }: GroupSpan): string {
  return from === to ? String(from) : `${from} to ${to}`
}
