import type { RoundRecord } from '@passerby/protocol'
import { useMemo, useState } from 'react'
import { Card } from '../../ui/card.tsx'
import { Chart, type PlotSeries } from '../../ui/chart.tsx'
import { Select } from '../../ui/field.tsx'
import { formatFigure, formatPercent } from '../../ui/format.ts'
import { EmptyState } from '../../ui/notice.tsx'
import { Switch } from '../../ui/switch.tsx'
import page from '../page.module.css'
import { useShown } from '../use-shown.tsx'
import { type LearningCurves, type Metric, commonRange, learningCurves, sharedModel } from './learning-curves.ts'
import tables from './tables.module.css'

const metrics = ['mAP', 'rank1', 'loss'] as const
const titles: Record<Metric, string> = { mAP: 'mAP', rank1: 'Rank-1', loss: 'Loss in training' }

/** What the federation has learnt: over all clients, and client by client. */
export function LearningPanel({ records }: { readonly records: readonly RoundRecord[] }) {
  const [everyClient, setEveryClient] = useState(false)
  const curves = useMemo(() => metrics.map((metric) => ({ metric, ...learningCurves(records, metric) })), [records])
  const shared = sharedModel(records)
  if (curves[0].rounds.length === 0)
    return (
      <Card>
        <EmptyState icon="chart" title="No round is done yet">
          After the first one: loss, rank-1 and mAP of the new model, over all clients and for each.
        </EmptyState>
      </Card>
    )
  return (
    <div className={page.stack}>
      <Switch
        label="A line for every client"
        help={`Each measures the new model${shared === 'Global' ? '' : ' of its group'} on its own validation identities: the mean and the worst of them are always shown. Local: their own models, before they were averaged.`}
        checked={everyClient}
        onChange={setEveryClient}
      />
      <div className={tables.charts}>
        {curves.map((curve) => (
          <Card key={curve.metric}>
            <Chart
              title={titles[curve.metric]}
              level={2}
              xName="Round"
              x={curve.rounds}
              series={overall(curve, everyClient)}
              format={formatOf(curve.metric)}
              height={220}
            />
          </Card>
        ))}
      </div>
      <Multiples curves={curves} shared={shared} />
    </div>
  )
}

/** One small chart per client on its own validation identities. */
function Multiples({
  curves,
  shared,
}: {
  readonly curves: readonly (LearningCurves & { readonly metric: Metric })[]
  /** What the model is called that is not a client's own. */
  readonly shared: string
}) {
  const [metric, setMetric] = useState<Metric>('mAP')
  const curve = curves.find((one) => one.metric === metric) ?? curves[0]
  const { shown, more } = useShown(curve.clients, 12)
  const range = commonRange(curve)
  const options = metrics.map((value) => ({ value, label: titles[value] }))
  return (
    <Card
      title="Client by client"
      actions={
        <Select aria-label="Figure shown client by client" value={metric} options={options} onPick={setMetric} />
      }
    >
      <div className={tables.multiples}>
        {shown.map(({ client, alias, global, local }) => (
          <Chart
            key={client}
            title={alias}
            xName="Round"
            x={curve.rounds}
            series={
              metric === 'loss'
                ? [{ label: 'Loss', values: global, color: 1 }]
                : [
                    { label: shared, values: global, color: 1 },
                    { label: 'Local', values: local, color: 2, dashed: true },
                  ]
            }
            range={range}
            format={formatOf(metric)}
            height={150}
          />
        ))}
      </div>
      {more}
    </Card>
  )
}

function overall(curve: LearningCurves, everyClient: boolean): readonly PlotSeries[] {
  return [
    { label: 'Mean', values: curve.mean, color: 1 },
    { label: 'Worst', values: curve.worst, color: 2 },
    ...(curve.local ? [{ label: 'Local', values: curve.local, color: 3, dashed: true }] : []),
    // Colours 4 to 8, then again: the table and the charts below tell apart what colours cannot.
    ...(everyClient
      ? curve.clients.map(({ alias, client, global }, index) => ({
          label: uniqueLabel(curve, alias, client),
          values: global,
          color: 4 + (index % 5),
          thin: true,
        }))
      : []),
  ]
}

/** Aliases are what clients call themselves: two may be the same. */
function uniqueLabel({ clients }: LearningCurves, alias: string, client: string): string {
  return clients.filter((one) => one.alias === alias).length > 1 ? `${alias} (${client.slice(0, 4)})` : alias
}

function formatOf(metric: Metric): (value: number) => string {
  return metric === 'loss' ? formatFigure : formatPercent
}
