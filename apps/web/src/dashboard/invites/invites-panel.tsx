import type { FederationView, InviteView } from '@passerby/protocol'
import { type SubmitEvent, useState } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { formatAgo, formatCount } from '../../ui/format.ts'
import { Notice } from '../../ui/notice.tsx'
import { formatMoment } from '../format-time.ts'
import page from '../page.module.css'
import { useOperator } from '../session/operator-context.ts'
import { useAction } from '../use-action.ts'
import { InviteLink } from './invite-link.tsx'
import styles from './invites.module.css'
import { linkOf, rememberLink } from './join-links.ts'

const lifetimes = [
  { value: '1', label: '1 hour' },
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
  { value: '8760', label: '1 year' },
] as const
type Hours = (typeof lifetimes)[number]['value']

/** Join links of a federation: make, show, revoke. `now` is the coordinator's clock. */
export function InvitesPanel({ view, now }: { readonly view: FederationView; readonly now: number }) {
  const operator = useOperator()
  const federation = view.summary.id
  const [label, setLabel] = useState('')
  const [hours, setHours] = useState<Hours>('168')
  const [picked, setPicked] = useState<string>()
  const [revoking, setRevoking] = useState<InviteView>()
  const making = useAction()
  const invites = [...view.invites].sort((a, b) => b.createdAt - a.createdAt)
  const shown =
    invites.find(({ id }) => id === picked) ?? invites.find((invite) => isValid(invite, now) && linkOf(invite.id))
  const link = shown && linkOf(shown.id)

  async function make(): Promise<void> {
    const request = { federation, label: label.trim() || 'Invite', hours: Number(hours) }
    const made = await making.run(() => operator.command('invite', request))
    if (!made) return
    rememberLink(made.invite.id, made.path)
    setPicked(made.invite.id)
    setLabel('')
  }
  async function revoke(invite: InviteView): Promise<void> {
    await making.run(() => operator.command('revoke', { federation, invite: invite.id }))
    setRevoking(undefined)
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void make()
  }

  return (
    <div className={page.stack}>
      {shown && link && <InviteLink invite={shown} link={link} words={view.fingerprint.words} />}
      <Card title="New invite">
        <form className={styles.new} onSubmit={submit}>
          <Field label="Label">
            {(control) => (
              <Input
                {...control}
                placeholder="For whom, as in “North station”"
                maxLength={80}
                value={label}
                onChange={(event) => setLabel(event.target.value)}
              />
            )}
          </Field>
          <Field label="Valid for">
            {(control) => <Select {...control} value={hours} options={lifetimes} onPick={setHours} />}
          </Field>
          <Button type="submit" icon="add" disabled={making.busy}>
            Make a join link
          </Button>
        </form>
        {making.problem && <Notice tone="bad">{making.problem}</Notice>}
      </Card>
      <Card title="Invites">
        <DataTable
          caption="Invites"
          columns={columns(now, { show: setPicked, revoke: setRevoking })}
          rows={invites}
          rowKey={({ id }) => id}
          empty="No invite yet: without one nobody can join."
        />
      </Card>
      <Dialog
        title={`Revoke “${revoking?.label ?? ''}”?`}
        open={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        actions={
          <>
            <Button onClick={() => setRevoking(undefined)}>Keep it</Button>
            <Button kind="danger" disabled={making.busy} onClick={() => revoking && void revoke(revoking)}>
              Revoke
            </Button>
          </>
        }
      >
        <p>
          Nobody can join with this link any more, and those who joined with it are disconnected. What they contributed
          so far stays in the model. Other invites are not touched.
        </p>
      </Dialog>
    </div>
  )
}

function isValid({ revoked, expiresAt }: InviteView, now: number): boolean {
  return !revoked && expiresAt > now
}

function columns(
  now: number,
  on: { readonly show: (id: string) => void; readonly revoke: (invite: InviteView) => void },
): readonly Column<InviteView>[] {
  return [
    { name: 'Label', cell: ({ label }) => label },
    { name: 'State', wide: true, cell: (invite) => <InviteState invite={invite} now={now} /> },
    { name: 'Made', cell: ({ createdAt }) => formatAgo(createdAt, now) },
    { name: 'Expires', wide: true, cell: ({ expiresAt }) => formatMoment(expiresAt) },
    { name: 'Joined with it', align: 'end', cell: ({ uses }) => formatCount(uses) },
    {
      name: 'Actions',
      wide: true,
      align: 'end',
      cell: (invite) =>
        isValid(invite, now) && (
          <span className={page.row}>
            {linkOf(invite.id) && (
              <Button small onClick={() => on.show(invite.id)} aria-label={`Show link: ${invite.label}`}>
                Show link
              </Button>
            )}
            <Button small kind="quiet" onClick={() => on.revoke(invite)} aria-label={`Revoke: ${invite.label}`}>
              Revoke
            </Button>
          </span>
        ),
    },
  ]
}

function InviteState({ invite, now }: { readonly invite: InviteView; readonly now: number }) {
  if (invite.revoked) return <Badge tone="bad">revoked</Badge>
  return invite.expiresAt > now ? <Badge tone="good">valid</Badge> : <Badge>expired</Badge>
}
