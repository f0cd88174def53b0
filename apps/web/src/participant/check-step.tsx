import type { FederationCard } from '@passerby/protocol'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Icon } from '../ui/icons.tsx'
import { Notice } from '../ui/notice.tsx'
import { formatSeconds } from '../ui/format.ts'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { Switch } from '../ui/switch.tsx'
import { useNow } from '../ui/use-now.ts'
import { BackendChoice } from './backend-choice.tsx'
import styles from './check-step.module.css'
import { DeviceCard } from './device-card.tsx'
import type { BackendWish } from './membership.ts'
import page from './page.module.css'
import type { CheckState } from './page-state.ts'
import { ThreadsChoice } from './threads-choice.tsx'
import { canStayAwake } from './wake-lock.ts'
import type { CheckStage } from './worker/workbench.ts'

const stages: readonly { readonly stage: CheckStage; readonly says: string }[] = [
  { stage: 'crops', says: 'Decode the crops' },
  {
    stage: 'backend',
    says: 'Start the fastest backend, compare its gradients with stored ones, and measure its speed',
  },
]

/** Shorter waits need no explanation; longer ones than the second are a driver's. */
const WORTH_SAYING_S = 2
const SLOW_S = 30

/** What this device will compute with, and how long a round will take. */
export function CheckStep({
  check,
  card,
  awake,
  backend,
  threads,
  started,
  onAgain,
  onAwake,
  onChoose,
  onStart,
}: {
  readonly check: CheckState
  readonly card: FederationCard
  readonly awake: boolean
  readonly backend: BackendWish
  readonly threads: number | undefined
  /** Training has begun. */
  readonly started: boolean
  readonly onAgain: () => void
  readonly onAwake: (awake: boolean) => void
  readonly onChoose: (wish: { readonly backend: BackendWish } | { readonly threads: number }) => void
  readonly onStart: () => void
}) {
  const choices = (
    <>
      <BackendChoice backend={backend} locked={started} onBackend={(backend) => onChoose({ backend })} />
      <ThreadsChoice threads={threads} locked={started} onThreads={(threads) => onChoose({ threads })} />
    </>
  )
  return (
    <>
      <div className={page.title}>
        <h1>Check</h1>
        <p className={page.lead}>Before it trains, this device shows that it computes correctly, and how fast.</p>
      </div>
      {check.state === 'failed' && (
        <>
          <Notice tone="bad" title="This device cannot train yet.">
            {check.problem}
          </Notice>
          <Card title="Choices">{choices}</Card>
          <div className={page.actions}>
            <Button kind="primary" onClick={onAgain}>
              Check again
            </Button>
          </div>
        </>
      )}
      {check.state === 'running' && <Running {...check} />}
      {check.state === 'done' && (
        <>
          <DeviceCard check={check.view} card={card} />
          <Card title="Choices">
            {choices}
            <Switch
              label="Keep the screen awake"
              help={
                canStayAwake
                  ? 'A sleeping device does not train. A hidden tab goes on, but browsers slow it down.'
                  : 'This browser has no way to keep the screen awake: set it in the system.'
              }
              checked={awake}
              disabled={!canStayAwake}
              onChange={onAwake}
            />
          </Card>
          <div className={page.actions}>
            <Button kind="primary" onClick={onStart}>
              {started ? 'Back to training' : 'Start training'}
            </Button>
            {!started && <Button onClick={onAgain}>Check again</Button>}
          </div>
        </>
      )}
    </>
  )
}

function Running({ stage, since, fraction }: Omit<Extract<CheckState, { state: 'running' }>, 'state'>) {
  const seconds = Math.floor((useNow() - since) / 1_000)
  const at = stages.findIndex((one) => one.stage === stage)
  return (
    <Card title="Checking">
      <ol className={styles.stages}>
        {stages.map(({ stage, says }, index) => (
          <li
            key={stage}
            className={index <= at ? undefined : styles.later}
            {...(index === at && { 'aria-current': 'step' })}
          >
            {index < at ? <Icon name="check" /> : <Icon name="more" />}
            {says}
          </li>
        ))}
      </ol>
      {stage === 'crops' && <ProgressBar label="Crops decoded" fraction={fraction} />}
      {stage === 'backend' && seconds >= WORTH_SAYING_S && (
        <p className={page.small}>
          {seconds < SLOW_S
            ? `${formatSeconds(seconds)} so far. On a graphics device this compiles shaders, once per visit: seconds with most drivers, up to a minute and a half with slow ones.`
            : `${formatSeconds(seconds)} so far: this driver compiles slowly. It will not be needed again in this visit.`}
        </p>
      )}
    </Card>
  )
}
