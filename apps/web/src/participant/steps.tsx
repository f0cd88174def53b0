import { useEffect, useEffectEvent, useRef } from 'react'
import { formatCount, plural } from '../ui/format.ts'
import { LiveRegion } from '../ui/live-region.tsx'
import { Notice } from '../ui/notice.tsx'
import { CheckStep } from './check-step.tsx'
import { CropsStep } from './crops-step.tsx'
import { JoinStep } from './join-step.tsx'
import layout from './page.module.css'
import type { ParticipantPage } from './page.ts'
import { isTraining, reachedStep, type Gate, type PageState } from './page-state.ts'
import { Rail, type Step } from './rail.tsx'
import { TrainScreen } from './train-screen.tsx'
import { trainView } from './train-view.ts'
import { keepAwake } from './wake-lock.ts'

type OpenGate = Extract<Gate, { state: 'open' }>

/** The rail and the step that is open. Changing the step moves the focus to it. */
export function Steps({
  state,
  gate,
  page,
}: {
  readonly state: PageState
  readonly gate: OpenGate
  readonly page: ParticipantPage
}) {
  const reached = reachedStep(state)
  const shown = state.opened ?? reached
  const main = useFocusOn(shown)
  useChecks(state, shown, page)
  useAwake(state, page)
  return (
    <div className={layout.layout}>
      <div className={layout.rail}>
        <Rail shown={shown} reached={reached} notes={notesOf(state)} onShow={page.show} />
      </div>
      <main id="main" className={layout.main} ref={main} tabIndex={-1}>
        <title>{`${gate.card.name} · Passerby`}</title>
        <LiveRegion text={spokenOf(state)} />
        {gate.participant > 1 && shown === 'join' && (
          <Notice title={`This tab is participant ${gate.participant} of this browser.`}>
            Another tab takes part already. This one has its own crops, its own key and its own head.
          </Notice>
        )}
        <OpenStep {...{ state, gate, page, shown }} />
      </main>
    </div>
  )
}

function OpenStep({
  state,
  gate,
  page,
  shown,
}: {
  readonly state: PageState
  readonly gate: OpenGate
  readonly page: ParticipantPage
  readonly shown: Step
}) {
  switch (shown) {
    case 'join':
      return <JoinStep {...gate} agreed={state.agreed} onAgree={page.agree} onModel={page.training.saveModel} />
    case 'crops':
      return (
        <CropsStep
          crops={state.crops}
          storage={state.storage}
          inUse={isTraining(state)}
          actions={page.crops}
          onNext={() => page.show(isTraining(state) ? 'train' : 'check')}
        />
      )
    case 'check':
      return (
        <CheckStep
          check={state.check}
          card={gate.card}
          awake={state.awake}
          backend={state.backend}
          threads={state.threads}
          started={isTraining(state)}
          onAgain={() => void page.training.check()}
          onAwake={page.stayAwake}
          onChoose={page.training.choose}
          onStart={() => (isTraining(state) ? page.show('train') : page.training.start())}
        />
      )
    case 'train':
      return <TrainScreen state={state} page={page} />
  }
}

/** The first look at the check starts it. */
function useChecks(state: PageState, shown: Step, page: ParticipantPage): void {
  const due = shown === 'check' && state.check.state === 'none'
  const check = useEffectEvent(() => void page.training.check())
  useEffect(() => {
    if (due) check()
  }, [due])
}

function useAwake({ awake, session }: PageState, page: ParticipantPage): void {
  const wanted = awake && session !== undefined && session.state !== 'ended'
  const refused = useEffectEvent(() => page.stayAwake(false))
  useEffect(() => (wanted ? keepAwake(() => refused()) : undefined), [wanted])
}

/** Moves the focus into a step that was gone to, but not on the first drawing of the page. */
function useFocusOn(shown: Step) {
  const main = useRef<HTMLElement>(null)
  const before = useRef(shown)
  useEffect(() => {
    if (before.current === shown) return
    before.current = shown
    main.current?.focus({ preventScroll: true })
    window.scrollTo({ top: 0 })
  }, [shown])
  return main
}

function notesOf({ agreed, crops, check, session }: PageState): Partial<Record<Step, string>> {
  return {
    ...(agreed && { join: `as ${agreed.alias}` }),
    ...(crops.state === 'kept' && {
      crops: `${plural(crops.view.summary.images, 'image')}, ${plural(crops.view.summary.identities.length, 'identity', 'identities')}`,
    }),
    ...(check.state === 'done' && {
      check: `${check.view.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}, ${formatCount(check.view.imagesPerSecond)}/s`,
    }),
    ...(session?.status && { train: `round ${session.status.round} of ${session.status.rounds}` }),
  }
}

/** What a live region says: changes of state, never steps of progress. */
function spokenOf(state: PageState): string {
  const { session, check, crops } = state
  if (session) return trainView(session, session.ledger, 0).spoken
  if (check.state === 'done') return 'The check passed.'
  if (check.state === 'failed') return 'The check failed.'
  if (crops.state === 'kept') return 'The crops are kept in this browser.'
  return crops.state === 'read' ? `${plural(crops.view.summary.images, 'image')} found.` : ''
}
