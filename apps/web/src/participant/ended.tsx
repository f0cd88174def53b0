import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Card, Figures } from '../ui/card.tsx'
import { formatPercent } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { messageOf } from './message-of.ts'
import page from './page.module.css'
import { OwnSearch } from './own-search.tsx'
import type { PastRound } from './train-view.ts'
import type { NearestView } from './worker/workbench.ts'

/** The end of a federation: what was reached, the model to take along, and a try of it on own crops. */
export function Ended({
  sentence,
  last,
  download,
  nearest,
}: {
  readonly sentence: string
  /** The last round that was measured here. */
  readonly last?: PastRound | undefined
  readonly download: () => Promise<void>
  /** `undefined` when no crops are open. */
  readonly nearest?: (() => Promise<readonly NearestView[]>) | undefined
}) {
  const [searches, setSearches] = useState<readonly NearestView[]>()
  const [busy, setBusy] = useState<'model' | 'search'>()
  const [problem, setProblem] = useState<string>()
  const run = (what: 'model' | 'search', work: () => Promise<void>) => {
    setBusy(what)
    setProblem(undefined)
    work()
      .catch((error: unknown) => setProblem(messageOf(error)))
      .finally(() => setBusy(undefined))
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
          <Button kind="primary" icon="down" disabled={busy !== undefined} onClick={() => run('model', download)}>
            {busy === 'model' ? 'Downloading…' : 'Download the model'}
          </Button>
          {nearest && (
            <Button
              icon="search"
              disabled={busy !== undefined}
              onClick={() => run('search', async () => setSearches(await nearest()))}
            >
              {busy === 'search' ? 'Searching…' : 'Try it on own crops'}
            </Button>
          )}
        </div>
        {problem && (
          <Notice tone="bad" title="That did not work.">
            {problem}
          </Notice>
        )}
      </Card>
      {busy === 'search' && <Skeleton label="Searching own crops" height={240} />}
      {searches && !busy && <OwnSearch searches={searches} />}
    </>
  )
}
