import type { RoundRecord } from '@passerby/protocol'

/** What is learnt by round, ready to be drawn: figures are in the metric's own unit, null where nothing was measured. */
export type Metric = 'loss' | 'rank1' | 'mAP'

export interface LearningCurves {
  /** Published rounds, ascending. */
  readonly rounds: readonly number[]
  /** Loss: mean by images over counted clients. Rank-1, mAP: the global model, mean over clients. */
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
  /** Loss in training, or the global model on this client's validation identities. */
  readonly global: Curve
  /** The client's local model before upload. */
  readonly local: Curve
}

export function learningCurves(records: readonly RoundRecord[], metric: Metric): LearningCurves {
  const published = records.filter(({ outcome }) => outcome === 'published').sort((a, b) => a.round - b.round)
  const of = (pick: (record: RoundRecord) => number | null | undefined): Curve =>
    published.map((record) => pick(record) ?? null)
  const rounds = published.map(({ round }) => round)
  const clients = clientCurves(published, metric)
  if (metric === 'loss')
    return { rounds, mean: of(({ loss }) => loss), worst: of(highestLoss), local: undefined, clients }
  return {
    rounds,
    mean: of(({ global }) => global?.[metric]),
    worst: of(({ global }) => (metric === 'rank1' ? global?.worstRank1 : global?.worstMAP)),
    local: of(({ local }) => local?.[metric]),
    clients,
  }
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
  const values = clients.flatMap(({ global, local }) => [...global, ...local]).filter((value) => value !== null)
  if (values.length === 0) return undefined
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = (high - low) * 0.05 || 1
  return [low - room, high + room]
}

function highestLoss({ contributions }: RoundRecord): number | null {
  const losses = contributions.flatMap(({ outcome, loss }) => (outcome === 'counted' && loss !== null ? [loss] : []))
  return losses.length === 0 ? null : Math.max(...losses)
}

function clientCurves(published: readonly RoundRecord[], metric: Metric): readonly ClientCurve[] {
  const aliases = new Map(
    published.flatMap(({ contributions }) => contributions.map(({ client, alias }) => [client, alias])),
  )
  return [...aliases]
    .map(([client, alias]) => {
      const own = published.map(({ contributions }) => contributions.find((one) => one.client === client))
      return {
        client,
        alias,
        global: own.map((one) => (metric === 'loss' ? one?.loss : one?.global?.[metric]) ?? null),
        local: own.map((one) => (metric === 'loss' ? null : (one?.local?.[metric] ?? null))),
      }
    })
    .sort((a, b) => a.alias.localeCompare(b.alias, 'en', { numeric: true }))
}
