import type { WatchedRun } from '@passerby/operator'
import type { FederationView } from '@passerby/protocol'
import { Figures } from '../../ui/card.tsx'
import { formatBytes, formatCount, formatFigure, formatPercent, formatSeconds } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Sparkline } from '../../ui/sparkline.tsx'
import { StateBadge } from '../badges.tsx'
import page from '../page.module.css'
import { fragmentOf } from '../routes.ts'
import { lastAndGain, learningCurves } from './learning-curves.ts'
import { runTotals } from './phase-bars.ts'
import { RunControls } from './run-controls.tsx'
import { RunExport } from './run-export.tsx'
import styles from './run.module.css'
import { stateSentence } from './state-sentence.ts'

/** What a federation does now, what it has reached, and the buttons. `now` is the coordinator's clock. */
export function RunHead({ run, now }: { readonly run: WatchedRun; readonly now: number }) {
  const { view, rounds } = run
  return (
    <div className={page.stack}>
      <div className={page.head}>
        <nav aria-label="Breadcrumb">
          <a className={styles.back} href={fragmentOf({ page: 'federations' })}>
            Federations
          </a>
        </nav>
        <RunExport federation={view.summary.id} name={view.summary.name} />
      </div>
      <div className={page.head}>
        <div className={styles.name}>
          <h1>{view.summary.name}</h1>
          <StateBadge state={view.summary.state} />
        </div>
        <RunControls view={view} />
      </div>
      <div className={styles.now}>
        <p className={styles.sentence}>{stateSentence(view, now)}</p>
        <RoundBar view={view} />
      </div>
      <RunFigures view={view} rounds={rounds} />
    </div>
  )
}

const phases = [
  { name: 'Training', share: 6 },
  { name: 'Forming the model', share: 2 },
  { name: 'Measuring', share: 3 },
]

/** How far the open round is: of training, the mean over its clients' own progress. */
function RoundBar({ view }: { readonly view: FederationView }) {
  const { phase, summary, clients } = view
  switch (phase.phase) {
    case 'training': {
      const cohort = clients.filter(({ state }) => state === 'training' || state === 'uploading')
      const underWay = cohort.reduce((sum, { state, fraction }) => sum + (state === 'uploading' ? 1 : fraction), 0)
      const fraction = phase.cohort === 0 ? 0 : (phase.accepted + underWay) / phase.cohort
      return <ProgressBar label={`Round ${phase.round}`} fraction={Math.min(1, fraction)} phases={phases} phase={0} />
    }
    case 'aggregating':
      return <ProgressBar label={`Round ${phase.round}`} fraction={0.5} phases={phases} phase={1} />
    case 'evaluating': {
      const asked = Math.max(summary.clients, phase.waiting, 1)
      return (
        <ProgressBar label={`Round ${phase.round}`} fraction={1 - phase.waiting / asked} phases={phases} phase={2} />
      )
    }
    case 'idle':
    case 'open':
    case 'paused':
    case 'ended':
      return null
  }
}

function RunFigures({ view, rounds }: { readonly view: FederationView; readonly rounds: WatchedRun['rounds'] }) {
  const { summary } = view
  const loss = lastAndGain(learningCurves(rounds, 'loss').mean)
  const rank1 = lastAndGain(learningCurves(rounds, 'rank1').mean)
  const mAP = learningCurves(rounds, 'mAP').mean
  const quality = lastAndGain(mAP)
  const totals = runTotals(rounds)
  const measured = mAP.filter((value) => value !== null)
  return (
    <div className={styles.figures}>
      <Figures
        figures={[
          { name: 'Rounds done', value: roundsDone(view), note: `of ${formatCount(summary.rounds)}` },
          { name: 'Clients', value: formatCount(summary.clients), note: 'connected' },
          {
            name: 'mAP',
            value: quality ? formatPercent(quality.last) : '—',
            note: quality && <Gain points={quality.gain} />,
          },
          {
            name: 'Rank-1',
            value: rank1 ? formatPercent(rank1.last) : '—',
            note: rank1 && <Gain points={rank1.gain} />,
          },
          { name: 'Loss', value: formatFigure(loss?.last), note: 'mean by images' },
          { name: 'Received', value: formatBytes(totals.bytesUp), note: 'from clients' },
          { name: 'Sent', value: formatBytes(totals.bytesDown), note: 'to clients' },
          { name: 'Time in rounds', value: totals.seconds > 0 ? formatSeconds(totals.seconds) : '—' },
        ]}
      />
      {measured.length > 1 && (
        <div className={styles.trend}>
          <Sparkline label={`mAP over ${measured.length} rounds`} values={measured} width={160} height={44} />
          <span className={page.small}>mAP by round</span>
        </div>
      )}
    </div>
  )
}

function roundsDone({ phase }: FederationView): string {
  switch (phase.phase) {
    case 'idle':
      return '0'
    case 'ended':
      return formatCount(phase.rounds)
    case 'open':
    case 'training':
    case 'aggregating':
    case 'paused':
      return formatCount(phase.round - 1)
    case 'evaluating':
      return formatCount(phase.round)
  }
}

function Gain({ points }: { readonly points: number }) {
  const sign = points < 0 ? '−' : '+'
  return <>{`${sign}${Math.abs(points).toFixed(1)} points`}</>
}
