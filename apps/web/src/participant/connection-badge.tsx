import type { Snapshot } from '@passerby/participant'
import { useSyncExternalStore } from 'react'
import { Badge } from '../ui/badge.tsx'
import { formatSeconds } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'

/** 'connected', 'reconnecting since 12 s', 'offline'. */
export function ConnectionBadge({ connection }: { readonly connection: Snapshot['connection'] }) {
  const online = useSyncExternalStore(subscribeOnline, () => navigator.onLine)
  const now = useNow()
  if (connection.link === 'joined') return <Badge tone="good">connected</Badge>
  if (!online) return <Badge tone="bad">offline</Badge>
  if (connection.link === 'offline') return <Badge>not connected</Badge>
  const seconds = Math.max(0, Math.floor((now - connection.since) / 1_000))
  return <Badge tone="warn">{seconds < 3 ? 'connecting' : `reconnecting since ${formatSeconds(seconds)}`}</Badge>
}

function subscribeOnline(changed: () => void): () => void {
  window.addEventListener('online', changed)
  window.addEventListener('offline', changed)
  return () => {
    window.removeEventListener('online', changed)
    window.removeEventListener('offline', changed)
  }
}
