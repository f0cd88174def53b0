import type { WatchedRun } from '@passerby/operator'
import type { StrategySettings } from '@passerby/federation'
import type { Contribution, RoundRecord } from '@passerby/protocol'
import { useMemo } from 'react'
import { ButtonLink } from '../../ui/button.tsx'
import { Card, Figures } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { formatBytes, formatCount, formatFigure, formatPercent, formatSeconds, plural } from '../../ui/format.ts'
import { ContributionBadge, OutcomeBadge } from '../badges.tsx'
import { formatMoment } from '../format-time.ts'
import page from '../page.module.css'
import { runFragment } from '../routes.ts'
import { GroupCard } from './group-card.tsx'
import { GroupOf } from './group-chip.tsx'
import { distillationOf } from './distillation.ts'
import { type NamedGroup, byClient, makesGroups, namedGroups } from './groups.ts'
import { sharedModel } from './learning-curves.ts'
import { ModelHash, SaveModel } from './model-file.tsx'
import { PhaseBar, PhaseLegend } from './phase-bar.tsx'
import { phaseBars } from './phase-bars.ts'
import styles from './run.module.css'
import { toldWeights, weightShares } from './round-weights.ts'

/** The whole record of one session. */
export function RoundPanel({
  run,
  record,
}: {
  readonly run: WatchedRun
  readonly record: RoundRecord
  readonly now: number
}) {
  const federation = run.view.summary.id
  const { settings } = run.view
  const groups = useMemo(
    () => byClient(namedGroups(run.rounds).get(record.session) ?? []),
    [run.rounds, record.session],
  )
  const shared = sharedModel(run.rounds)
  const distillation = distillationOf(record, settings)
  const at = run.rounds.indexOf(record)
  const [bar] = phaseBars([record])
  return (
    <div className={page.stack}>
      <div className={page.head}>
        <div className={styles.name}>
          <h2>Round {record.round}</h2>
          <OutcomeBadge outcome={record.outcome} />
        </div>
        <nav className={page.row} aria-label="Rounds">
          <ButtonLink small href={runFragment(federation, 'rounds')}>
            All rounds
          </ButtonLink>
          {at > 0 && (
            <ButtonLink small href={runFragment(federation, 'rounds', run.rounds[at - 1].session)}>
              Earlier
            </ButtonLink>
          )}
          {at < run.rounds.length - 1 && (
            <ButtonLink small href={runFragment(federation, 'rounds', run.rounds[at + 1].session)}>
              Later
            </ButtonLink>
          )}
        </nav>
      </div>
      <Card title={`Session ${record.session}, from ${formatMoment(record.startedAt)}`} actions={<PhaseLegend />}>
        <PhaseBar bar={bar} />
        <RecordFigures record={record} shared={shared} />
        {distillation && (
          <p>
            <span className={page.muted}>Distillation</span> {distillation}
          </p>
        )}
        {record.model && (
          <div className={page.row}>
            <span className={page.muted}>{record.groups.length > 1 ? 'Mean of all, for newcomers' : 'Model'}</span>
            <ModelHash sha256={record.model.sha256} />
            <SaveModel run={run} model={record.model} round={record.round} />
          </div>
        )}
      </Card>
      <Card title={plural(record.contributions.length, 'client')}>
        <DataTable
          caption={`Clients of round ${record.round}`}
          columns={columns(record, settings.strategy, { groups, shared })}
          rows={[...record.contributions].sort(byAlias)}
          rowKey={({ client }) => client}
          empty="Nobody was drawn yet."
        />
      </Card>
      {(makesGroups(settings.strategy) || record.groups.length > 0) && <GroupCard run={run} record={record} />}
    </div>
  )
}

function RecordFigures({ record, shared }: { readonly record: RoundRecord; readonly shared: string }) {
  const { seconds, global, local } = record
  return (
    <Figures
      figures={[
        { name: 'Training', value: formatSeconds(seconds.training) },
        { name: 'Aggregating', value: formatSeconds(seconds.aggregating) },
        { name: 'Evaluating', value: formatSeconds(seconds.evaluating) },
        { name: 'Received', value: formatBytes(record.bytesUp) },
        { name: 'Sent', value: formatBytes(record.bytesDown) },
        { name: 'Loss', value: formatFigure(record.loss) },
        {
          name: `${shared} rank-1`,
          value: global ? formatPercent(global.rank1) : '—',
          note: global && `worst ${formatPercent(global.worstRank1)}`,
        },
        {
          name: `${shared} mAP`,
          value: global ? formatPercent(global.mAP) : '—',
          note: global && `worst ${formatPercent(global.worstMAP)}`,
        },
        {
          name: 'Local mAP',
          value: local ? formatPercent(local.mAP) : '—',
          note: local && `rank-1 ${formatPercent(local.rank1)}`,
        },
      ]}
    />
  )
}

const byAlias = (a: Contribution, b: Contribution) => a.alias.localeCompare(b.alias, 'en', { numeric: true })

function columns(
  record: RoundRecord,
  strategy: StrategySettings,
  { groups, shared }: { readonly groups: ReadonlyMap<string, NamedGroup>; readonly shared: string },
): readonly Column<Contribution>[] {
  const shares = weightShares(record.contributions, groups)
  const told = toldWeights(record.contributions, strategy)
  return [
    { name: 'Client', cell: ({ alias }) => alias },
    { name: 'Outcome', cell: ({ outcome }) => <ContributionBadge outcome={outcome} /> },
    ...(groups.size > 0
      ? [{ name: 'Group', cell: ({ client }: Contribution) => <GroupOf group={groups.get(client)} /> }]
      : []),
    {
      name: groups.size > 0 ? 'Weight in group' : 'Weight',
      align: 'end',
      cell: ({ client }) => known(shares.get(client), (share) => formatPercent(100 * share)),
    },
    ...(told ? [{ name: told.name, align: 'end' as const, cell: (one: Contribution) => told.show(one.told) }] : []),
    { name: 'Images', align: 'end', cell: ({ images }) => (images === null ? '—' : formatCount(images)) },
    { name: 'Loss', align: 'end', cell: ({ loss }) => formatFigure(loss) },
    {
      name: 'Trained for',
      align: 'end',
      cell: ({ trainSeconds }) => (trainSeconds === null ? '—' : formatSeconds(trainSeconds)),
    },
    {
      name: 'Measured for',
      align: 'end',
      cell: ({ local, global }) =>
        local || global ? formatSeconds((local?.seconds ?? 0) + (global?.seconds ?? 0)) : '—',
    },
    { name: 'Local rank-1', align: 'end', cell: ({ local }) => (local ? formatPercent(local.rank1) : '—') },
    { name: 'Local mAP', align: 'end', cell: ({ local }) => (local ? formatPercent(local.mAP) : '—') },
    { name: `${shared} rank-1`, align: 'end', cell: ({ global }) => (global ? formatPercent(global.rank1) : '—') },
    { name: `${shared} mAP`, align: 'end', cell: ({ global }) => (global ? formatPercent(global.mAP) : '—') },
  ]
}

function known<Value>(value: Value | undefined, show: (value: Value) => string): string {
  return value === undefined ? '—' : show(value)
}
