import { Card } from '../ui/card.tsx'
import { Chart } from '../ui/chart.tsx'
import { formatPercent } from '../ui/format.ts'
import page from './page.module.css'
import type { TrainView } from './train-view.ts'

/** The same measure has the same colour in both charts; after aggregation is drawn solid, before it dashed. */
export function TrainingCurves({ view }: { readonly view: TrainView }) {
  const { loss, accuracy } = view.curves
  return (
    <div className={page.columns}>
      <Card>
        <Chart
          title="Loss"
          level={2}
          xName={loss.xName}
          x={loss.x}
          series={[{ label: 'training', values: loss.values }]}
          empty="The first step draws the curve"
        />
      </Card>
      <Card>
        <Chart
          title="On own validation identities"
          level={2}
          xName="Round"
          x={accuracy.rounds}
          format={formatPercent}
          series={[
            { label: 'rank-1', values: accuracy.globalRank1, color: 1 },
            { label: 'rank-1 before averaging', values: accuracy.localRank1, color: 1, dashed: true },
            { label: 'mAP', values: accuracy.globalMAP, color: 2 },
            { label: 'mAP before averaging', values: accuracy.localMAP, color: 2, dashed: true },
          ]}
          empty="Measured after each round"
        />
      </Card>
    </div>
  )
}
