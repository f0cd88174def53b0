import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { AppHeader } from '../ui/app-header.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ConnectionBadge } from './connection-badge.tsx'
import layout from './page.module.css'
import { newPageStore, openPage, type ParticipantPage } from './page.ts'
import { isTraining, type PageState } from './page-state.ts'
import { ProblemPage } from './problem-page.tsx'
import { Steps } from './steps.tsx'

/** The participant page: a header, and either its steps or the one thing that stops them. */
export function JoinPage() {
  const [store] = useState(newPageStore)
  const [page, setPage] = useState<ParticipantPage>()
  const state = useStore(store)
  useEffect(() => {
    void openPage(store, new URL(location.href)).then(setPage)
  }, [store])
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Header state={state} page={page} />
      <Body state={state} page={page} />
    </>
  )
}

function Header({ state, page }: { readonly state: PageState; readonly page: ParticipantPage | undefined }) {
  const { gate, session } = state
  const paused = session?.state === 'paused'
  return (
    <AppHeader
      about={
        gate.state === 'open' && (
          <>
            <span className={layout.federation}>{gate.card.name}</span>
            {session && session.state !== 'ended' && <ConnectionBadge connection={session.connection} />}
            <Badge tone="accent">sealed updates</Badge>
          </>
        )
      }
    >
      {page && isTraining(state) && (
        <Button
          small
          icon={paused ? 'play' : 'pause'}
          aria-label={paused ? 'Resume training' : 'Pause training'}
          onClick={paused ? page.training.resume : page.training.pause}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
      )}
    </AppHeader>
  )
}

function Body({ state, page }: { readonly state: PageState; readonly page: ParticipantPage | undefined }) {
  const { gate, session } = state
  const problem =
    gate.state === 'blocked' ? gate.problem : session?.refusal && { kind: 'refused' as const, refusal: session.refusal }
  if (problem)
    return (
      <main id="main" className={layout.alone}>
        <title>Passerby</title>
        <ProblemPage problem={problem} onWay={page ? page.take : () => location.reload()} />
      </main>
    )
  if (gate.state !== 'open' || !page)
    return (
      <main id="main" className={layout.alone}>
        <div className={layout.title}>
          <p className={layout.lead}>Asking the coordinator to prove who it is…</p>
          <Skeleton label="Waiting for the coordinator" height={320} />
        </div>
      </main>
    )
  return <Steps state={state} gate={gate} page={page} />
}
