/** Assessments for people and for spreadsheets. */
import { table } from '../terminal/table.ts'
import type { Assessment } from './assess.ts'
import { csvLine } from './embedding-rows.ts'

export interface AssessedRow extends Assessment {
  readonly set: string
  readonly what: string
}

export function rankingTable(rows: readonly AssessedRow[]): string {
  return table(
    ['data set', '', 'queries', 'gallery', 'rank-1', 'rank-5', 'rank-10', 'mAP', 'mAP trapezoid', 'mINP'],
    rows.map((row) => [
      row.set,
      row.reRanked ? `${row.what}, re-ranked` : row.what,
      row.queries,
      row.gallery,
      ...[row.rank1, row.rank5, row.rank10, row.mAP, row.mAPTrapezoid, row.mINP].map((value) => value.toFixed(1)),
    ]),
  )
}

/** `undefined` where nothing was asked. */
export function singleShotTable(rows: readonly AssessedRow[]): string | undefined {
  const found = rows.flatMap((row) => (row.singleShot ? [{ ...row, ...row.singleShot }] : []))
  if (found.length === 0) return undefined
  return table(
    ['single gallery shot', '', 'queries', 'rank-1', 'rank-5', 'rank-10'],
    found.map((row) => [
      row.set,
      row.reRanked ? `${row.what}, re-ranked` : row.what,
      row.queries,
      ...[row.rank1, row.rank5, row.rank10].map((value) => value.toFixed(1)),
    ]),
  )
}

/** `undefined` where nothing was asked. */
export function thresholdTable(rows: readonly AssessedRow[]): string | undefined {
  const cells = rows.flatMap(({ set, what, reRanked, verification }) =>
    verification === undefined
      ? []
      : [
          ...verification.thresholds.map(({ allowed, ...point }) => ({ at: `at most ${100 * allowed} %`, ...point })),
          { at: 'as many refused', ...verification.equalError },
        ].map(({ at, threshold, falseAccept, trueAccept }) => [
          set,
          reRanked ? `${what}, re-ranked` : what,
          at,
          threshold?.toFixed(4),
          falseAccept === undefined ? undefined : `${(100 * falseAccept).toFixed(4)} %`,
          trueAccept === undefined ? undefined : `${(100 * trueAccept).toFixed(1)} %`,
        ]),
  )
  if (cells.length === 0) return undefined
  return table(['which threshold?', '', 'wrongly accepted', 'score', 'accepted: wrong', 'right'], cells)
}

/** Lines of a CSV file: by score, from the highest down, pairs in the bin and what its lower edge accepts. */
export function* curveRows(rows: readonly AssessedRow[]): Generator<string> {
  yield csvLine(['set', 'what', 'threshold', 'false accept', 'true accept', 'impostor pairs', 'genuine pairs'])
  for (const { set, what, reRanked, verification } of rows)
    for (const { threshold, falseAccept, trueAccept, impostor, genuine } of verification?.curve ?? [])
      yield csvLine([
        set,
        reRanked ? `${what}, re-ranked` : what,
        ...[threshold, falseAccept, trueAccept, impostor, genuine].map(String),
      ])
}

/** A row for a report: the curve is for spreadsheets. */
export function withoutCurve({ verification, ...row }: AssessedRow): object {
  if (verification === undefined) return row
  const { pairs, equalError, thresholds } = verification
  return { ...row, verification: { pairs, equalError, thresholds } }
}
