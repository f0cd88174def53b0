import type { RoundRecord } from '@passerby/protocol'

/** What is learnt by round, ready to be drawn: figures are in the metric's own unit, null where nothing was measured. */
export type Metric = 'loss' | 'rank1' | 'mAP'

export interface LearningCurves {
  /** Published rounds, ascending. */
  readonly rounds: readonly number[]
  /** Loss: mean by images over counted clients. Rank-1, mAP: the shared model, mean over clients. */
  readonly mean: Curve
  readonly worst: Curve
  /** The local models before upload, mean over clients; of the loss there is none. */
  readonly local: Curve | undefined
  /** One per client that ever took part, by alias. */
  readonly clients: readonly ClientCurve[]
}

export type Curve = readonly (number | null)[]

export interface ClientCurve {
  readonly client: string
  readonly alias: string
  /** Loss in training, or the shared model on this client's validation identities. */
  readonly global: Curve
  /** The client's local model before upload. */
  readonly local: Curve
}

export function learningCurves(records: readonly RoundRecord[], metric: Metric): LearningCurves {
  const published = publishedOf(records)
  const of = (pick: (record: RoundRecord) => number | null | undefined): Curve =>
    published.map((record) => pick(record) ?? null)
  return {
    rounds: published.map(({ round }) => round),
    mean: of((record) => meanOf(record, metric)),
    worst: of((record) => worstOf(record, metric)),
    local: metric === 'loss' ? undefined : of(({ local }) => local?.[metric]),
    clients: clientCurves(published, metric),
  }
}

/** The mean of `learningCurves` alone. */
export function meanCurve(records: readonly RoundRecord[], metric: Metric): Curve {
  return publishedOf(records).map((record) => meanOf(record, metric))
}

/** The newest figure of a curve and its change since the first, or undefined where there is none. */
export function lastAndGain(curve: Curve): { readonly last: number; readonly gain: number } | undefined {
  const known = curve.filter((value) => value !== null)
  const last = known.at(-1)
  const first = known.at(0)
  return last === undefined || first === undefined ? undefined : { last, gain: last - first }
}

/** Lowest and highest figure of any client, with a little room: one scale on which clients can be compared. */
export function commonRange({ clients }: LearningCurves): readonly [low: number, high: number] | undefined {
  let low = Infinity
  let high = -Infinity
  for (const { global, local } of clients) {
    for (const value of [...global, ...local]) {
      if (value === null) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  if (low > high) return undefined
  const room = (high - low) * 0.05 || 1
  return [low - room, high + room]
}

/** What clients measure: the one model, or that of the group that each is in. */
export function sharedModel(records: readonly Pick<RoundRecord, 'groups'>[]): 'Global' | 'Group’s' {
  return records.some(({ groups }) => groups.length > 0) ? 'Group’s' : 'Global'
}

function publishedOf(records: readonly RoundRecord[]): readonly RoundRecord[] {
  return records.filter(({ outcome }) => outcome === 'published').sort((a, b) => a.round - b.round)
}

function meanOf({ loss, global }: RoundRecord, metric: Metric): number | null {
  return metric === 'loss' ? loss : (global?.[metric] ?? null)
}

function worstOf({ contributions, global }: RoundRecord, metric: Metric): number | null | undefined {
  if (metric !== 'loss') return metric === 'rank1' ? global?.worstRank1 : global?.worstMAP
  const losses = contributions.flatMap(({ outcome, loss }) => (outcome === 'counted' && loss !== null ? [loss] : []))
  return losses.length === 0 ? null : Math.max(...losses)
}

function clientCurves(published: readonly RoundRecord[], metric: Metric): readonly ClientCurve[] {
  const empty = (): (number | null)[] => published.map(() => null)
  const curves = new Map<string, { alias: string; global: (number | null)[]; local: (number | null)[] }>()
  for (const [at, { contributions }] of published.entries()) {
    for (const one of contributions) {
      const curve = curves.get(one.client) ?? { alias: one.alias, global: empty(), local: empty() }
      curves.set(one.client, curve)
      curve.alias = one.alias
      curve.global[at] = metric === 'loss' ? one.loss : (one.global?.[metric] ?? null)
      curve.local[at] = metric === 'loss' ? null : (one.local?.[metric] ?? null)
    }
  }
  return [...curves]
    .map(([client, curve]) => ({ client, ...curve }))
    .sort((a, b) => a.alias.localeCompare(b.alias, 'en', { numeric: true }))
}
