import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Card, Figures } from '../ui/card.tsx'
import { formatPercent } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { messageOf } from './message-of.ts'
import { OwnPictures } from './own-pictures.tsx'
import page from './page.module.css'
import type { TrainingDesk } from './page-training.ts'
import type { PastRound } from './train-view.ts'

/** The end of a federation: what was reached, the model to take along, and a try of it on own crops. */
export function Ended({
  sentence,
  last,
  download,
  picture,
}: {
  readonly sentence: string
  /** The last round that was measured here. */
  readonly last?: PastRound | undefined
  readonly download: () => Promise<void>
  /** `undefined` when no crops are open. */
  readonly picture?: TrainingDesk['picture'] | undefined
}) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const save = () => {
    setBusy(true)
    setProblem(undefined)
    download()
      .catch((error: unknown) => setProblem(messageOf(error)))
      .finally(() => setBusy(false))
  }
  return (
    <>
      <Card title={sentence}>
        {last?.global && (
          <Figures
            figures={[
              { name: 'Rank-1', value: formatPercent(last.global.rank1), note: `${last.global.queries} own queries` },
              { name: 'Rank-5', value: formatPercent(last.global.rank5) },
              { name: 'mAP', value: formatPercent(last.global.mAP) },
            ]}
          />
        )}
        <div className={page.actions}>
          <Button kind="primary" icon="down" disabled={busy} onClick={save}>
            {busy ? 'Downloading…' : 'Download the model'}
          </Button>
        </div>
        {problem && (
          <Notice tone="bad" title="That did not work.">
            {problem}
          </Notice>
        )}
      </Card>
      {picture && <OwnPictures picture={picture} />}
    </>
  )
}
