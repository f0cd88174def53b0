import type { ClientView, FederationView } from '@passerby/protocol'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import type { Action } from '../use-action.ts'
import { consequences } from './exclusion.ts'

/**
 * Asks before a client is taken out, and for what it is told. `client`: whom; nothing is asked while it is undefined. `action`:
 * what was asked for last, which may have failed.
 */
export function TakeOutDialog({
  view,
  client,
  action: { problem, forget },
  onTakeOut,
  onClose,
}: {
  readonly view: FederationView
  readonly client: ClientView | undefined
  readonly action: Pick<Action, 'problem' | 'forget'>
  readonly onTakeOut: (client: ClientView, reason: string) => void
  readonly onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const close = () => {
    setReason('')
    forget()
    onClose()
  }
  return (
    <Dialog
      title={`Take out “${client?.alias ?? ''}”?`}
      open={client !== undefined}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Keep it</Button>
          <Button kind="danger" onClick={() => client && onTakeOut(client, reason)}>
            Take out
          </Button>
        </>
      }
    >
      {problem && (
        <div role="alert">
          <Notice tone="bad">{problem}</Notice>
        </div>
      )}
      <p>
        It trains no more until you let it in again. Rounds that it was counted in stay as they are, and nothing is
        deleted on its device.
      </p>
      {client && consequences(view, client).map((sentence) => <p key={sentence}>{sentence}</p>)}
      <Field label="Reason (optional)" help="The client reads it, and it stands in the events.">
        {(control) => (
          <Input {...control} maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      <p>
        Whoever has a valid join link can come back as another client: if that must not be, revoke the link under
        Invites too.
      </p>
    </Dialog>
  )
}
