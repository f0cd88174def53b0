import type { StrategySettings } from '@passerby/federation'
import type { WatchedRun } from '@passerby/operator'
import type { RoundRecord } from '@passerby/protocol'

/** Who shares a model, round by round, under names that go on from one round to the next. */
export interface NamedGroup {
  /** 0 is A. */
  readonly place: number
  /** 'A', 'B', …, 'Z', 'AA' */
  readonly name: string
  /** Of the palette, 1 to 8. */
  readonly colour: number
  readonly clients: readonly string[]
  readonly model: RoundRecord['groups'][number]['model']
}

/** Rounds in a row in which everyone was with the same others. */
export interface GroupSpan {
  readonly from: number
  readonly to: number
  /** By client. */
  readonly groups: ReadonlyMap<string, NamedGroup>
}

/** Whether clients may be put into groups. */
export function makesGroups(strategy: StrategySettings): boolean {
  return 'clustering' in strategy && strategy.clustering.by !== 'off'
}

/**
 * The groups of every published round that has some, by session, in the order of their names. A group is called as that of
 * the round before with which it shares most clients, else by the first letter that is free.
 */
export function namedGroups(records: readonly RoundRecord[]): ReadonlyMap<number, readonly NamedGroup[]> {
  const bySession = new Map<number, readonly NamedGroup[]>()
  let before: readonly NamedGroup[] = []
  for (const { session, groups } of publishedWithGroups(records)) {
    before = named(groups, before)
    bySession.set(session, before)
  }
  return bySession
}

/** How groups changed, oldest first. */
export function groupSpans(records: readonly RoundRecord[]): readonly GroupSpan[] {
  const bySession = namedGroups(records)
  const spans: GroupSpan[] = []
  for (const { session, round } of publishedWithGroups(records)) {
    const groups = byClient(bySession.get(session) ?? [])
    const last = spans.at(-1)
    if (last && sameGroups(last.groups, groups)) spans[spans.length - 1] = { from: last.from, to: round, groups }
    else spans.push({ from: round, to: round, groups })
  }
  return spans
}

export function byClient(groups: readonly NamedGroup[]): ReadonlyMap<string, NamedGroup> {
  return new Map(groups.flatMap((group) => group.clients.map((client) => [client, group] as const)))
}

/** By client, whoever ever took part. */
export function aliasesOf({ rounds, view }: WatchedRun): ReadonlyMap<string, string> {
  return new Map([
    ...rounds.flatMap(({ contributions }) => contributions.map(({ client, alias }) => [client, alias] as const)),
    ...view.clients.map(({ id, alias }) => [id, alias] as const),
  ])
}

function publishedWithGroups(records: readonly RoundRecord[]): readonly RoundRecord[] {
  return records
    .filter(({ outcome, groups }) => outcome === 'published' && groups.length > 0)
    .sort((a, b) => a.round - b.round)
}

function named(groups: RoundRecord['groups'], before: readonly NamedGroup[]): readonly NamedGroup[] {
  const overlaps = groups
    .flatMap(({ clients }, at) =>
      before.map((old) => ({
        at,
        place: old.place,
        shared: clients.filter((one) => old.clients.includes(one)).length,
      })),
    )
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared)
  const places = new Map<number, number>()
  const taken = new Set<number>()
  const put = (at: number, place: number) => {
    if (places.has(at) || taken.has(place)) return
    places.set(at, place)
    taken.add(place)
  }
  for (const { at, place } of overlaps) put(at, place)
  for (const at of groups.keys()) for (let place = 0; !places.has(at); place++) put(at, place)
  return groups
    .map((group, at) => {
      const place = places.get(at) ?? 0
      return { ...group, place, name: letters(place), colour: (place % 8) + 1 }
    })
    .sort((a, b) => a.place - b.place)
}

/** 25 is Z, 26 is AA. */
function letters(place: number): string {
  const last = String.fromCodePoint(65 + (place % 26))
  return place < 26 ? last : letters(Math.floor(place / 26) - 1) + last
}

function sameGroups(a: ReadonlyMap<string, NamedGroup>, b: ReadonlyMap<string, NamedGroup>): boolean {
  return a.size === b.size && [...a].every(([client, { place }]) => b.get(client)?.place === place)
}
