import { emptyLedger } from '@passerby/participant'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { useNow } from '../ui/use-now.ts'
import { Ended } from './ended.tsx'
import layout from './page.module.css'
import type { ParticipantPage } from './page.ts'
import type { PageState } from './page-state.ts'
import { TrainStep } from './train-step.tsx'
import { ledgerSince, trainView } from './train-view.ts'

/** The training screen on the session's present snapshot, or its end. */
export function TrainScreen({ state, page }: { readonly state: PageState; readonly page: ParticipantPage }) {
  const now = useNow()
  const { session, ledgerBefore, notice } = state
  if (!session) return null
  const view = trainView(session, ledgerSince(session.ledger, ledgerBefore?.ledger ?? emptyLedger), now)
  return <TrainStep view={view} notice={notice} actions={page.training} ended={endOf(state, page, view.sentence)} />
}

function endOf({ session, check }: PageState, page: ParticipantPage, sentence: string) {
  if (session?.state !== 'ended') return undefined
  if (session.because === 'left')
    return (
      <Card title={sentence}>
        <p>Rounds that were counted stay counted. Your crops are still in this browser: delete them under Crops.</p>
        <div className={layout.actions}>
          <Button kind="primary" onClick={() => page.training.start()}>
            Take part again
          </Button>
        </div>
      </Card>
    )
  return (
    <Ended
      sentence={sentence}
      last={session.rounds.findLast(({ global }) => global)}
      download={page.training.saveModel}
      picture={check.state === 'done' ? page.training.picture : undefined}
    />
  )
}
