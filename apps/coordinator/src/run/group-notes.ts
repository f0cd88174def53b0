import type { KeptGroup } from '../store/schema.ts'
import type { Note } from './notes.ts'

/** What a person reads when clients are grouped otherwise than before; nothing when they are not. */
export function notesOfGroups(
  before: readonly Pick<KeptGroup, 'clients'>[],
  after: readonly Pick<KeptGroup, 'clients'>[],
  { round, nameOf }: { readonly round: number; readonly nameOf: (client: string) => string },
): readonly Note[] {
  if (nameGroups(before, (client) => client) === nameGroups(after, (client) => client)) return []
  const count = after.length === 1 ? '1 group' : `${after.length} groups`
  const message = `Round ${round}: ${count}: ${nameGroups(after, nameOf)}`
  return [{ level: 'note', kind: 'groups', message, round, client: null }]
}

function nameGroups(groups: readonly Pick<KeptGroup, 'clients'>[], nameOf: (client: string) => string): string {
  const named = groups.map(({ clients }) => clients.map(nameOf).join(', '))
  return named.toSorted().join(' · ')
}
