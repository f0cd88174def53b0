import type { WatchedRun } from '@passerby/operator'
import type { RoundRecord } from '@passerby/protocol'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { formatBytes, formatPercent } from '../../ui/format.ts'
import page from '../page.module.css'
import { useShown } from '../use-shown.tsx'
import { ModelHash, SaveModel } from './model-file.tsx'

interface Model {
  /** 0: the initial one. */
  readonly round: number
  readonly sha256: string
  readonly bytes: number
  readonly global: RoundRecord['global']
}

/** The model of every round, newest first, down to the initial one. */
export function ModelsPanel({ run }: { readonly run: WatchedRun }) {
  const models: readonly Model[] = [
    ...run.rounds
      .flatMap(({ round, model, global }) => (model ? [{ round, global, ...model }] : []))
      .sort((a, b) => b.round - a.round),
    { round: 0, global: null, ...run.view.initialModel },
  ]
  const { shown, more } = useShown(models, 50)
  return (
    <Card title="Models" actions={<span className={page.small}>safetensors, named by SHA-256</span>}>
      <DataTable caption="Models" columns={columns(run)} rows={shown} rowKey={({ round }) => round} />
      {more}
    </Card>
  )
}

function columns(run: WatchedRun): readonly Column<Model>[] {
  return [
    { name: 'Model', cell: ({ round }) => (round === 0 ? 'Initial' : `Round ${round}`) },
    { name: 'SHA-256', wide: true, cell: ({ sha256 }) => <ModelHash sha256={sha256} /> },
    { name: 'Size', align: 'end', cell: ({ bytes }) => formatBytes(bytes) },
    { name: 'Rank-1', align: 'end', cell: ({ global }) => (global ? formatPercent(global.rank1) : '—') },
    { name: 'mAP', align: 'end', cell: ({ global }) => (global ? formatPercent(global.mAP) : '—') },
    {
      name: 'Worst mAP',
      align: 'end',
      cell: ({ global }) => (global ? formatPercent(global.worstMAP) : '—'),
    },
    { name: 'File', align: 'end', cell: (model) => <SaveModel run={run} model={model} round={model.round} /> },
  ]
}
