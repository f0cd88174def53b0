import type { Contribution, Evaluation, RoundRecord } from '@passerby/protocol'
import type { BlobName } from '../store/blobs.ts'
import type { evaluations } from '../store/schema.ts'
import type { ContributionRow, SessionRow } from '../store/sessions.ts'

export type EvaluationRow = typeof evaluations.$inferSelect

export interface RecordRows {
  readonly session: SessionRow
  readonly contributions: readonly ContributionRow[]
  readonly evaluations: readonly EvaluationRow[]
  readonly model: BlobName | null
}

/** What a session's rows say of it, as the operator sees it. `now`: until when an unfinished phase has lasted. */
export function toRoundRecord({ session, contributions, evaluations, model }: RecordRows, now: number): RoundRecord {
  const counted = session.outcome === 'aborted' ? [] : contributions.filter((row) => row.outcome === 'counted')
  const totalWeight = sumOf(counted.map((row) => row.weight ?? 0))
  const measured = new Map(evaluations.map((row) => [row.client, row.evaluation]))
  const { session: number, round, outcome, startedAt, bytesUp, bytesDown } = session
  return {
    round,
    session: number,
    outcome,
    startedAt,
    seconds: secondsOf(session, now),
    bytesUp,
    bytesDown,
    contributions: contributions.map((row) => ({
      client: row.client,
      alias: row.alias,
      outcome: row.outcome,
      told: row.weight,
      weight: counted.includes(row) && totalWeight > 0 ? (row.weight ?? 0) / totalWeight : null,
      images: row.images,
      loss: row.loss,
      trainSeconds: row.trainSeconds,
      local: row.local,
      global: measured.get(row.client) ?? null,
    })),
    loss: lossOf(counted),
    global: globalOf(evaluations.flatMap((row) => (row.evaluation ? [row.evaluation] : []))),
    local: localOf(counted.flatMap((row) => (row.local ? [row.local] : []))),
    model,
    groups: (session.groups ?? []).map(({ clients, model }) => ({ clients: [...clients], model })),
    similarity: session.similarity,
    distilled: session.distilled,
  }
}

function secondsOf({ startedAt, trainedAt, aggregatedAt, closedAt }: SessionRow, now: number): RoundRecord['seconds'] {
  const until = closedAt ?? now
  const seconds = (from: number | null, to: number | null) => (from === null ? 0 : ((to ?? until) - from) / 1000)
  return {
    training: seconds(startedAt, trainedAt),
    aggregating: seconds(trainedAt, aggregatedAt),
    evaluating: seconds(aggregatedAt, closedAt),
  }
}

/** Weighted by images. */
function lossOf(counted: readonly ContributionRow[]): number | null {
  const told = counted.filter((row) => row.loss !== null && row.images !== null)
  const images = sumOf(told.map((row) => row.images ?? 0))
  return images === 0 ? null : sumOf(told.map((row) => (row.images ?? 0) * (row.loss ?? 0))) / images
}

function globalOf(measured: readonly Evaluation[]): RoundRecord['global'] {
  if (measured.length === 0) return null
  const rank1 = measured.map((one) => one.rank1)
  const mAP = measured.map((one) => one.mAP)
  return {
    rank1: meanOf(rank1),
    mAP: meanOf(mAP),
    worstRank1: Math.min(...rank1),
    worstMAP: Math.min(...mAP),
    clients: measured.length,
  }
}

function localOf(measured: readonly Evaluation[]): RoundRecord['local'] {
  if (measured.length === 0) return null
  return { rank1: meanOf(measured.map((one) => one.rank1)), mAP: meanOf(measured.map((one) => one.mAP)) }
}

/** Shares of the sum by client, of those that counted. */
export function sharesOf({ contributions }: RoundRecord): ReadonlyMap<string, number> {
  const counted = contributions.filter((one): one is Contribution & { weight: number } => one.weight !== null)
  return new Map(counted.map(({ client, weight }) => [client, weight]))
}

const sumOf = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const meanOf = (values: readonly number[]) => sumOf(values) / values.length
