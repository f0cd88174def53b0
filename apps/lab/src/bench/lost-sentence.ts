import { reasonOf } from '@passerby/crops'

/** What a bench says at its end: what died in the part at `at`, and what was measured until then. */
export function lostSentence(
  reason: unknown,
  { parts, at }: { readonly parts: readonly string[]; readonly at: number },
): string {
  const list = (some: readonly string[]) => (some.length === 0 ? 'nothing' : some.join(', '))
  return [
    `${reasonOf(reason)}.`,
    `Measured before it: ${list(parts.slice(0, at))}; until it: ${parts[at]}; not any more: ${list(parts.slice(at + 1))}.`,
    'Smaller batches or images need less memory; --only runs some parts alone.',
  ].join(' ')
}
