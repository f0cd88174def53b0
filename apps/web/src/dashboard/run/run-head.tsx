import type { WatchedRun } from '@passerby/operator'
import type { FederationView } from '@passerby/protocol'
import { useMemo } from 'react'
import { Figures } from '../../ui/card.tsx'
import { formatBytes, formatCount, formatFigure, formatPercent, formatSeconds } from '../../ui/format.ts'
import { Notice } from '../../ui/notice.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Sparkline } from '../../ui/sparkline.tsx'
import { StateBadge } from '../badges.tsx'
import page from '../page.module.css'
import { fragmentOf } from '../routes.ts'
import { lastAndGain, meanCurve } from './learning-curves.ts'
import { runTotals } from './phase-bars.ts'
import { roundPhases, roundProgress, roundsDone } from './round-progress.ts'
import { RunControls } from './run-controls.tsx'
import { whyPaused } from './run-events.ts'
import { RunExport } from './run-export.tsx'
import styles from './run.module.css'
import { stateSentence } from './state-sentence.ts'

/** What a federation does now, what it has reached, and the buttons. `now` is the coordinator's clock. */
export function RunHead({ run, now }: { readonly run: WatchedRun; readonly now: number }) {
  const { view, rounds } = run
  const paused = whyPaused(run)
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
        {paused && <Notice tone="bad">{paused}</Notice>}
        <RoundBar view={view} />
      </div>
      <RunFigures view={view} rounds={rounds} />
    </div>
  )
}

function RoundBar({ view }: { readonly view: FederationView }) {
  const progress = roundProgress(view)
  if (!progress) return null
  const { round, phase, fraction } = progress
  return <ProgressBar label={`Round ${round}`} phases={roundPhases} phase={phase} fraction={fraction} />
}

function RunFigures({ view, rounds }: { readonly view: FederationView; readonly rounds: WatchedRun['rounds'] }) {
  const { summary } = view
  const { loss, rank1, quality, measured, totals } = useMemo(() => reached(rounds), [rounds])
  return (
    <div className={styles.figures}>
      <Figures
        figures={[
          { name: 'Rounds done', value: formatCount(roundsDone(view)), note: `of ${formatCount(summary.rounds)}` },
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

function reached(rounds: WatchedRun['rounds']) {
  const mAP = meanCurve(rounds, 'mAP')
  return {
    loss: lastAndGain(meanCurve(rounds, 'loss')),
    rank1: lastAndGain(meanCurve(rounds, 'rank1')),
    quality: lastAndGain(mAP),
    measured: mAP.filter((value) => value !== null),
    totals: runTotals(rounds),
  }
}

function Gain({ points }: { readonly points: number }) {
  const sign = points < 0 ? '−' : '+'
  return <>{`${sign}${Math.abs(points).toFixed(1)} points`}</>
}
