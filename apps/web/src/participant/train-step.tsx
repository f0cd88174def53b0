import { useState, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { LedgerCard } from './ledger-card.tsx'
import page from './page.module.css'
import { PastRounds } from './past-rounds.tsx'
import { TrainingCurves } from './training-curves.tsx'
import type { TrainView } from './train-view.ts'

export interface TrainActions {
  readonly pause: () => void
  readonly resume: () => void
  readonly leave: () => void
}

/** One sentence, one bar, the curves, the ledger, the rounds: everything of a training that goes on. */
export function TrainStep({
  view,
  notice,
  actions,
  ended,
}: {
  readonly view: TrainView
  /** What happened on this device, e.g. that the learner was restarted. */
  readonly notice: string | undefined
  readonly actions: TrainActions
  /** What stands in place of the bar once the federation has ended. */
  readonly ended?: ReactNode
}) {
  return (
    <>
      <div className={page.title}>
        <h1>Train</h1>
      </div>
      {notice && <Notice tone="warn">{notice}</Notice>}
      {view.paused === 'failed' && (
        <Notice tone="bad" title="Training stopped on this device.">
          <p>{view.problem}</p>
          <p>Nothing that was counted is lost, and your crops are untouched. Try again, or leave.</p>
        </Notice>
      )}
      {ended ?? (
        <Card title={view.sentence}>
          <ProgressBar
            label="This round"
            fraction={view.bar.fraction}
            phases={view.bar.phases}
            phase={view.bar.phase}
          />
          <div className={page.actions}>
            {view.paused ? (
              <Button kind="primary" icon="play" onClick={actions.resume}>
                {view.paused === 'failed' ? 'Try again' : 'Resume'}
              </Button>
            ) : (
              <Button icon="pause" onClick={actions.pause}>
                Pause
              </Button>
            )}
            {view.hint && <span className={page.small}>{view.hint}</span>}
            <Leave {...actions} />
          </div>
        </Card>
      )}
      <TrainingCurves view={view} />
      <LedgerCard ledger={view.ledger} thisRound={view.roundLedger} extras={view.extras} />
      <Card title="Rounds">
        <PastRounds rounds={view.rounds} />
      </Card>
    </>
  )
}

function Leave({ leave }: TrainActions) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button className={page.last} kind="quiet" onClick={() => setAsking(true)}>
        Leave
      </Button>
      <Dialog
        title="Leave this federation?"
        open={asking}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Stay</Button>
            <Button
              kind="danger"
              onClick={() => {
                setAsking(false)
                leave()
              }}
            >
              Leave
            </Button>
          </>
        }
      >
        <p>
          Rounds that were counted stay counted: nothing of them is lost. What this device has not uploaded of the
          present round is dropped, and the others go on without you.
        </p>
        <p>Your crops and identity head stay in this browser until you delete them. The same link brings you back.</p>
      </Dialog>
    </>
  )
}
