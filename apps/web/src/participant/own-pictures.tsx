import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { plural } from '../ui/format.ts'
import { LiveRegion } from '../ui/live-region.tsx'
import { EmptyState, Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { EmbeddingPlane } from './embedding-plane.tsx'
import { OwnSearch } from './own-search.tsx'
import page from './page.module.css'
import type { Pictured, TrainingDesk } from './page-training.ts'
import { useAsked, type Asked } from './use-asked.ts'

/** What the model makes of own validation crops, computed when asked for. */
export function OwnPictures({ picture }: { readonly picture: TrainingDesk['picture'] }) {
  const { asked, ask, stop } = useAsked(picture)
  const running = asked.state === 'running'
  return (
    <>
      <Card title="The model on own crops">
        <p className={page.lead}>
          Who the model finds among the people it never trained on, where in a crop it looks, and how far it keeps
          people apart. Computed in this tab; nothing of it leaves.
        </p>
        {running && <Progress fraction={asked.fraction} />}
        {asked.state === 'failed' && (
          <Notice tone="bad" title="The pictures could not be made.">
            <p>{asked.problem}</p>
            <p>Nothing is lost: the model and your crops are as they were. Try again, or download the model.</p>
          </Notice>
        )}
        {asked.state === 'done' && asked.value.searches.length === 0 && (
          <EmptyState icon="search" title="Nobody to search for">
            No identity was kept back for validation: with more identities, or a second camera, there will be.
          </EmptyState>
        )}
        {/* The federation has ended: a second try would show the same. */}
        {asked.state !== 'done' && (
          <div className={page.actions}>
            {running ? (
              <Button icon="stop" onClick={stop}>
                Stop
              </Button>
            ) : (
              <Button icon="search" onClick={ask}>
                {asked.state === 'failed' ? 'Try again' : 'Try it on own crops'}
              </Button>
            )}
          </div>
        )}
      </Card>
      <LiveRegion text={spokenOf(asked)} />
      {asked.state === 'done' && asked.value.searches.length > 0 && (
        <>
          <OwnSearch searches={asked.value.searches} activations={asked.value.activations} />
          <EmbeddingPlane plane={asked.value.plane} />
        </>
      )}
    </>
  )
}

const PHASES = [
  { name: 'Download the model', share: 2 },
  { name: 'Embed the crops', share: 5 },
  { name: 'Search', share: 1 },
]

function Progress({ fraction }: { readonly fraction: number | undefined }) {
  const phase = fraction === undefined ? 0 : fraction < 1 ? 1 : 2
  return <ProgressBar label="Pictures" phases={PHASES} phase={phase} fraction={phase === 1 ? (fraction ?? 0) : 0} />
}

function spokenOf(asked: Asked<Pictured>): string {
  switch (asked.state) {
    case 'none':
      return ''
    case 'running':
      return 'The model is tried on own crops.'
    case 'failed':
      return 'The pictures could not be made.'
    case 'done':
      return asked.value.searches.length === 0
        ? 'There is nobody to search for.'
        : `${plural(asked.value.searches.length, 'search', 'searches')} shown below.`
  }
}
