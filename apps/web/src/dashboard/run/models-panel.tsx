import type { WatchedRun } from '@passerby/operator'
import type { RoundRecord } from '@passerby/protocol'
import { useMemo } from 'react'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { formatBytes, formatPercent } from '../../ui/format.ts'
import page from '../page.module.css'
import { useShown } from '../use-shown.tsx'
import { GroupChip } from './group-chip.tsx'
import { type NamedGroup, namedGroups } from './groups.ts'
import { ModelHash, SaveModel } from './model-file.tsx'

interface Model {
  /** 0: the initial one. */
  readonly round: number
  readonly sha256: string
  readonly bytes: number
  readonly global: RoundRecord['global']
  /** Of one group alone. */
  readonly group?: NamedGroup
}

/** The model of every round, newest first, down to the initial one. */
export function ModelsPanel({ run }: { readonly run: WatchedRun }) {
  const groups = useMemo(() => namedGroups(run.rounds), [run.rounds])
  const models: readonly Model[] = [
    ...run.rounds
      .flatMap(({ session, round, model, global }): Model[] => [
        ...(model ? [{ round, global, ...model }] : []),
        ...(groups.get(session) ?? [])
          .filter((group) => group.model.sha256 !== model?.sha256)
          .map((group) => ({ round, global: null, group, ...group.model })),
      ])
      .sort((a, b) => b.round - a.round),
    { round: 0, global: null, ...run.view.initialModel },
  ]
  const { shown, more } = useShown(models, 50)
  return (
    <Card title="Models" actions={<span className={page.small}>safetensors, named by SHA-256</span>}>
      <DataTable caption="Models" columns={columns(run)} rows={shown} rowKey={keyOf} />
      {more}
    </Card>
  )
}

const keyOf = ({ round, group }: Model) => `${round} ${group?.name}`

function columns(run: WatchedRun): readonly Column<Model>[] {
  return [
    {
      name: 'Model',
      cell: ({ round, group }) => (
        <>
          {round === 0 ? 'Initial' : `Round ${round}`} {group && <GroupChip group={group} word />}
        </>
      ),
    },
    { name: 'SHA-256', wide: true, cell: ({ sha256 }) => <ModelHash sha256={sha256} /> },
    { name: 'Size', align: 'end', cell: ({ bytes }) => formatBytes(bytes) },
    { name: 'Rank-1', align: 'end', cell: ({ global }) => (global ? formatPercent(global.rank1) : '—') },
    { name: 'mAP', align: 'end', cell: ({ global }) => (global ? formatPercent(global.mAP) : '—') },
    {
      name: 'Worst mAP',
      align: 'end',
      cell: ({ global }) => (global ? formatPercent(global.worstMAP) : '—'),
    },
    {
      name: 'File',
      align: 'end',
      cell: (model) => <SaveModel run={run} model={model} round={model.round} group={model.group?.name} />,
    },
  ]
}
