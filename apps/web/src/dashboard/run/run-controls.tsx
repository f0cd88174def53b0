import type { OperatorCommand } from '@passerby/operator'
import type { FederationView } from '@passerby/protocol'
import { useState } from 'react'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'
import page from '../page.module.css'
import { runFragment } from '../routes.ts'
import { useOperator } from '../session/operator-context.ts'
import { useAction } from '../use-action.ts'
import styles from './run.module.css'

type Step = Extract<OperatorCommand, 'start' | 'pause' | 'resume' | 'stop'>

/** Start, pause, resume, stop as the state allows, and invite. */
export function RunControls({ view }: { readonly view: FederationView }) {
  const operator = useOperator()
  const [stopping, setStopping] = useState(false)
  const action = useAction()
  const { id: federation, name, state } = view.summary
  const pausing = 'pausing' in view.phase && view.phase.pausing === true

  const step = (command: Step) => void action.run(() => operator.command(command, { federation }))
  const button = (command: Step, label: string, icon: 'play' | 'pause', kind: 'primary' | 'plain') => (
    <Button kind={kind} icon={icon} disabled={action.busy} onClick={() => step(command)}>
      {label}
    </Button>
  )

  return (
    <div className={styles.controls}>
      <div className={page.row}>
        {state !== 'ended' && (
          <>
            <ButtonLink icon="people" href={runFragment(federation, 'invites')}>
              Invite
            </ButtonLink>
            {state === 'running' && !pausing && button('pause', 'Pause', 'pause', 'plain')}
            {pausing && button('resume', 'Do not pause', 'play', 'plain')}
            <Button kind="danger" icon="stop" disabled={action.busy} onClick={() => setStopping(true)}>
              Stop
            </Button>
            {state === 'waiting' && button('start', 'Start', 'play', 'primary')}
            {state === 'paused' && button('resume', 'Resume', 'play', 'primary')}
          </>
        )}
      </div>
      {action.problem && <Notice tone="bad">{action.problem}</Notice>}
      <Dialog
        title={`Stop “${name}”?`}
        open={stopping}
        onClose={() => setStopping(false)}
        actions={
          <>
            <Button onClick={() => setStopping(false)}>Go on training</Button>
            <Button
              kind="danger"
              onClick={() => {
                setStopping(false)
                step('stop')
              }}
            >
              Stop for good
            </Button>
          </>
        }
      >
        <p>
          It ends now and cannot be started again. The open round is dropped; every finished round, its model and its
          figures stay. To go on later, pause it instead.
        </p>
      </Dialog>
    </div>
  )
}
