import type { WatchedRun } from '@passerby/operator'
import type { RoundRecord } from '@passerby/protocol'
import { useMemo } from 'react'
import { Card } from '../../ui/card.tsx'
import page from '../page.module.css'
import { GroupChip } from './group-chip.tsx'
import styles from './groups.module.css'
import { aliasesOf, byClient, namedGroups } from './groups.ts'
import { ModelHash, SaveModel } from './model-file.tsx'
import { similarityRows } from './similarities.ts'
import { SimilarityTable } from './similarity-table.tsx'

/** Who is with whom from this round on, and why. */
export function GroupCard({ run, record }: { readonly run: WatchedRun; readonly record: RoundRecord }) {
  const groups = useMemo(() => namedGroups(run.rounds).get(record.session) ?? [], [run.rounds, record.session])
  const aliases = useMemo(() => aliasesOf(run), [run])
  const aliasOf = (client: string) => aliases.get(client) ?? client.slice(0, 8)
  const here = new Set(record.similarity?.clients)
  if (groups.length === 0)
    return (
      <Card title="Groups">
        <p className={page.muted}>
          {record.outcome === 'open'
            ? 'When this round closes, clients whose models see a public batch alike are put together.'
            : 'This round made none: who had a group before stays in it.'}
        </p>
      </Card>
    )
  return (
    <Card title={groups.length === 1 ? 'One group' : `${groups.length} groups`}>
      <p className={page.muted}>
        {groups.length === 1
          ? 'All clients are linked with each other, directly or through others: they share one model, as without clustering.'
          : 'Clients of a group share a model from this round on, the weighted mean of their updates alone.'}
      </p>
      <ul className={styles.groups}>
        {groups.map((group) => (
          <li key={group.place}>
            <GroupChip group={group} word />
            <span className={styles.members}>
              {group.clients
                .map((client) => `${aliasOf(client)}${here.has(client) ? '' : ' (not in this round)'}`)
                .join(', ')}
            </span>
            <span className={page.row}>
              <ModelHash sha256={group.model.sha256} />
              <SaveModel run={run} model={group.model} round={record.round} group={group.name} />
            </span>
          </li>
        ))}
      </ul>
      <SimilarityTable rows={similarityRows(record, byClient(groups), aliasOf)} round={record.round} />
    </Card>
  )
}
