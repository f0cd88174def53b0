/** The bench's figures as text. */
import { type Cell, table } from '../terminal/table.ts'
import type { Row } from './compare.ts'

/** Speeds, each with how many times as fast it is as stock on the same host and backend. */
export function comparisonTable(rows: readonly Row[]): string {
  const cells = rows.map((row): readonly Cell[] => [
    laneName(row),
    row.failure ?? row.imagesPerSecond,
    row.stepMs,
    row.firstStepMs === undefined ? undefined : Math.round(row.firstStepMs),
    times(timesStock(rows, row)),
    row.counts?.kernels,
    row.counts?.device?.dispatches,
    row.counts?.device?.submits,
    kilobytes(row.counts?.device?.uploaded),
    kilobytes(row.counts?.device?.readBack),
  ])
  const header = [
    '',
    'images/s',
    'ms/step',
    'first step, ms',
    '× stock',
    'kernels',
    'dispatches',
    'submits',
    'kB up',
    'kB back',
  ]
  return table(header, cells)
}

export function laneName({ host, backend, contender }: Pick<Row, 'host' | 'backend' | 'contender'>): string {
  return `${host} ${backend} ${contender}`
}

/** Undefined without figures of both. */
export function timesStock(rows: readonly Row[], { host, backend, stepMs }: Row): number | undefined {
  const stock = rows.find((one) => one.host === host && one.backend === backend && one.contender === 'stock')
  return stepMs && stock?.stepMs ? stock.stepMs / stepMs : undefined
}

export const times = (ratio: number | undefined): Cell => (ratio === undefined ? undefined : `${ratio.toFixed(2)}×`)

const kilobytes = (bytes: number | undefined): Cell => (bytes === undefined ? undefined : bytes / 1000)
