import type { FederationCard } from '@passerby/protocol'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Figures } from '../ui/card.tsx'
import { Field, Select } from '../ui/field.tsx'
import { formatBytes, formatCount, formatSeconds, plural } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { Switch } from '../ui/switch.tsx'
import { roundSeconds } from './check-view.ts'
import styles from './check-step.module.css'
import { backendWishes, type BackendWish } from './membership.ts'
import page from './page.module.css'
import type { CheckState } from './page-state.ts'
import { canStayAwake } from './wake-lock.ts'
import type { CheckStage, CheckView } from './worker/workbench.ts'

const stages: readonly { readonly stage: CheckStage; readonly says: string }[] = [
  { stage: 'crops', says: 'Decode the crops' },
  {
    stage: 'backend',
    says: 'Start the fastest backend, compare its gradients with stored ones, and measure its speed. On WebGPU the first steps compile shaders: up to 15 s.',
  },
]

/** What this device will compute with, and how long a round will take. */
export function CheckStep({
  check,
  card,
  awake,
  backend,
  started,
  onAgain,
  onAwake,
  onBackend,
  onStart,
}: {
  readonly check: CheckState
  readonly card: FederationCard
  readonly awake: boolean
  readonly backend: BackendWish
  /** Training has begun. */
  readonly started: boolean
  readonly onAgain: () => void
  readonly onAwake: (awake: boolean) => void
  readonly onBackend: (backend: BackendWish) => void
  readonly onStart: () => void
}) {
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
          <Card title="Choices">
            <BackendChoice {...{ backend, onBackend }} locked={started} />
          </Card>
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
          <Passed check={check.view} card={card} />
          <Card title="Choices">
            <BackendChoice {...{ backend, onBackend }} locked={started} />
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

const wishNames: Record<BackendWish, string> = {
  automatic: 'Automatic: the fastest that computes correctly',
  webgpu: 'WebGPU, even where it uses the processor',
  wasm: 'WebAssembly',
}

function BackendChoice({
  backend,
  locked,
  onBackend,
}: {
  readonly backend: BackendWish
  readonly locked: boolean
  readonly onBackend: (backend: BackendWish) => void
}) {
  return (
    <Field label="Backend" help={locked ? 'Leave the training to change it.' : 'Another choice is checked at once.'}>
      {(control) => (
        <Select
          {...control}
          value={backend}
          disabled={locked}
          options={backendWishes.map((value) => ({ value, label: wishNames[value] }))}
          onPick={onBackend}
        />
      )}
    </Field>
  )
}

function Running({ stage, fraction }: { readonly stage: CheckStage; readonly fraction: number }) {
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
    </Card>
  )
}

function Passed({ check, card }: { readonly check: CheckView; readonly card: FederationCard }) {
  const { epochs } = card.local
  return (
    <Card title="Device" actions={<Badge tone="good">{check.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}</Badge>}>
      <p>
        {check.backend === 'webgpu' ? (
          <>
            Trains on the graphics device <b>{check.device}</b>.
          </>
        ) : (
          <>
            Trains on the <b>processor</b>, in WebAssembly with SIMD.
          </>
        )}
      </p>
      <Figures
        figures={[
          { name: 'Speed', value: formatCount(Math.max(1, check.imagesPerSecond)), note: 'images per second' },
          {
            name: 'Time per round',
            value: formatSeconds(roundSeconds(check, epochs)),
            note: `about, for ${plural(check.trainingImages, 'image')}, ${plural(epochs, 'pass', 'passes')}`,
          },
          {
            name: 'Gradient check',
            value: 'passed',
            note: `differs by ${check.gradientError.toExponential(0)} at most`,
          },
          { name: 'Memory', value: formatBytes(check.memoryBytes), note: 'about' },
          {
            name: 'For validation',
            value: formatCount(check.validationImages),
            note:
              check.validationImages === 0 ? 'too few identities to keep any back' : 'images kept back from training',
          },
        ]}
      />
      {check.notUsed.map(({ backend, reason }) => (
        <Notice key={backend} title={`Why not ${backend === 'webgpu' ? 'WebGPU' : backend}?`}>
          <p>{reason}</p>
          {backend === 'webgpu' && <WebGpuHelp />}
        </Notice>
      ))}
      {check.unreadable.length > 0 && (
        <Notice
          tone="warn"
          title={`${plural(check.unreadable.length, 'crop')} could not be decoded and will not be used`}
        >
          <ul className={page.small}>
            {check.unreadable.slice(0, 20).map(({ name, reason }) => (
              <li key={name}>
                {name}: {reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </Card>
  )
}

/** How to switch WebGPU on, by browser family; the user agent only picks the sentence. */
function WebGpuHelp() {
  const agent = navigator.userAgent
  if (agent.includes('Firefox/'))
    return (
      <p className={page.small}>
        In Firefox: open about:config, set dom.webgpu.enabled to true, then reload this page.
      </p>
    )
  if (agent.includes('Chrome/'))
    return (
      <p className={page.small}>
        In Chrome or Edge: open chrome://gpu to see whether WebGPU is off; on Linux switch on
        chrome://flags/#enable-unsafe-webgpu and chrome://flags/#enable-vulkan, update the graphics driver, then restart
        the browser. Training works without it, only slower.
      </p>
    )
  return <p className={page.small}>In Safari 18 or later: Settings, Feature Flags, WebGPU, then reload this page.</p>
}
