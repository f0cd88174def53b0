import type { Connection } from '@passerby/operator'
import { Badge } from '../../ui/badge.tsx'
import { formatSeconds } from '../../ui/format.ts'
import { Notice } from '../../ui/notice.tsx'
import { useNow } from '../../ui/use-now.ts'

export function ConnectionBadge({ connection }: { readonly connection: Connection }) {
  switch (connection.state) {
    case 'connected':
      return <Badge tone="good">connected</Badge>
    case 'connecting':
      return <Badge>connecting</Badge>
    case 'reconnecting':
    case 'unreachable':
      return <Badge tone="warn">reconnecting</Badge>
    case 'refused':
    case 'closed':
      return <Badge tone="bad">closed</Badge>
  }
}

/** What is worth saying aloud: not how long it takes. */
export function connectionInWords({ state }: Connection): string {
  if (state === 'connected') return 'Connected'
  return state === 'reconnecting' ? 'Connection lost, trying again' : ''
}

/** Over what is still shown while the coordinator is away. */
export function LostNotice({ since }: { readonly since: number }) {
  const seconds = Math.max(0, Math.round((useNow() - since) / 1_000))
  return (
    <Notice tone="warn" title={`No connection for ${formatSeconds(seconds)}, trying again`}>
      <p>
        What you see is as it was then. Nothing is lost: a coordinator that stopped goes on from its journal when it
        starts again, and clients come back by themselves.
      </p>
    </Notice>
  )
}
