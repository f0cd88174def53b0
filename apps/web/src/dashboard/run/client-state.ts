import type { ClientView } from '@passerby/protocol'
import type { Tone } from '../../ui/badge.tsx'
import { formatFraction } from '../../ui/format.ts'

/** What a client is doing, in one or two words, and how that looks. After the end nobody is missed. */
export function clientState(
  { state, fraction, excluded }: Pick<ClientView, 'state' | 'fraction' | 'excluded'>,
  ended: boolean,
): { readonly text: string; readonly tone: Tone } {
  if (excluded) return { text: 'taken out', tone: ended ? 'neutral' : 'warn' }
  switch (state) {
    case 'training':
    case 'uploading':
    case 'downloading':
    case 'evaluating':
      return { text: `${state} ${formatFraction(fraction)}`, tone: 'accent' }
    case 'looking':
      return { text: `looking at images ${formatFraction(fraction)}`, tone: 'accent' }
    case 'done':
      return { text: 'update counted', tone: 'good' }
    case 'waiting':
      return { text: 'waiting', tone: 'neutral' }
    case 'paused':
      return { text: 'paused', tone: 'warn' }
    case 'late':
      return { text: 'late', tone: 'warn' }
    case 'gone':
      return { text: 'gone', tone: ended ? 'neutral' : 'bad' }
  }
}

/** Connected ones first, those taken out last, then by alias: rows stay where they are while clients work. */
export function inOrder(clients: readonly ClientView[]): readonly ClientView[] {
  const rank = ({ state, excluded }: ClientView) => (excluded ? 2 : state === 'gone' ? 1 : 0)
  return [...clients].sort(
    (a, b) => rank(a) - rank(b) || a.alias.localeCompare(b.alias, 'en', { numeric: true }) || a.id.localeCompare(b.id),
  )
}
