import type { InviteView } from '@passerby/protocol'
import { Card } from '../../ui/card.tsx'
import { CopyField } from '../../ui/copy-field.tsx'
import { Notice } from '../../ui/notice.tsx'
import page from '../page.module.css'
import styles from './invites.module.css'
import { QrCode } from './qr-code.tsx'

/** A join link to hand out: as text, and as a code for a phone's camera. */
export function InviteLink({
  invite,
  link,
  words,
}: {
  readonly invite: InviteView
  readonly link: string
  /** The root key's fingerprint, as participants see it. */
  readonly words: string
}) {
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(link).hostname)
  return (
    <Card title={`Join link: ${invite.label}`}>
      <div className={styles.link}>
        <div className={page.stack}>
          <CopyField label="the join link" text={link} />
          <p className={page.muted}>
            Whoever opens it can join until it expires or is revoked: send it to those you mean, by a channel that you
            trust. It names the coordinator’s key, which a participant sees as these words and can compare with you:
          </p>
          <p>
            <code>{words}</code>
          </p>
          {local && (
            <Notice tone="warn" title="This link works on this computer only">
              It names {new URL(link).host}. Open the dashboard under the address that others reach the coordinator by,
              and make an invite there.
            </Notice>
          )}
        </div>
        <QrCode label={`QR code of the join link ${invite.label}`} text={link} />
      </div>
    </Card>
  )
}
