/** The comparison for a terminal, as Markdown and as CSV. */
import { stringify } from 'csv-stringify/sync'
import { duration, table } from '../../terminal/table.ts'
import { LAST_ROUNDS, type Protocol } from '../protocol.ts'
import type { Grouped } from './groups.ts'
import { markdownTable } from './markdown.ts'
import { type Cell, type Row, metricNames } from './rows.ts'
import { shownSpread } from './spread.ts'

/** Which of a run's rounds its figures are of. */
const ofRounds: Readonly<Record<Protocol, string>> = {
  last: 'after the last round',
  'best-of-three': 'over the three best of the rounds that were measured, or as many as there are',
}

/** Rank-1 and mAP in per cent, mean ± standard deviation over seeds; `*` marks the best of a column, trained or not. */
export function comparisonTable(grouped: Grouped, rows: readonly Row[], protocol: Protocol): string {
  const [head, ...lines] = cells(grouped, rows, (text) => `${text}*`)
  const caption = `per cent ${ofRounds[protocol]}, mean ± standard deviation over seeds; * best of its column, trained or not`
  return [table(head, lines), caption, ...settledLines(grouped)].join('\n')
}

/** What comes with first models and arms beside their names; a strategy says nothing of the settings of others. */
function settledLines({ settled }: Grouped): readonly string[] {
  return [...settled].map(([label, values]) => {
    const told = [...values].filter(([, value]) => value !== '–')
    return `${label}: ${told.map((value) => value.join(' ')).join(', ')}`
  })
}

export interface MarkdownParts {
  readonly protocol: Protocol
  readonly finding: readonly string[]
  /** Files of the curves, beside the Markdown. */
  readonly charts: readonly { readonly title: string; readonly file: string }[]
}

/** The same with the best in bold, the finding and the curves below. */
export function comparisonMarkdown(
  grouped: Grouped,
  rows: readonly Row[],
  { protocol, finding, charts }: MarkdownParts,
): string {
  const [head, ...lines] = cells(grouped, rows, (text) => `**${text}**`)
  const [summary, ...cases] = finding
  return [
    ...markdownTable(head, lines, grouped.columns.length),
    '',
    `Per cent ${ofRounds[protocol]}, mean ± standard deviation over seeds; bold: best of its column, trained or not.`,
    '',
    ...settledLines(grouped).map((text) => `- ${text}`),
    ...(summary === undefined ? [] : ['', summary, '', ...cases.map((text) => `- ${text}`)]),
    ...charts.flatMap(({ title, file }) => ['', `![${title}](${file})`]),
    '',
  ].join('\n')
}

/** One line per row with every figure's mean, deviation and range, unrounded. */
export function comparisonCsv({ columns }: Grouped, rows: readonly Row[]): string {
  const head = rows[0].figures.flatMap(({ set, metric }) =>
    ['mean', 'deviation', 'min', 'max'].map((part) => `${metric}_${set}_${part}`),
  )
  const lines = rows.map(({ key, seeds, imagePasses, seconds, unrest, figures }) => [
    ...columns.map((column) => key.get(column)),
    seeds,
    imagePasses,
    seconds,
    unrest?.mean,
    ...figures.flatMap(({ spread }) => [spread?.mean, spread?.deviation, spread?.min, spread?.max]),
  ])
  return stringify([[...columns, 'seeds', 'image_passes', 'seconds', 'rank1_deviation_last_15', ...head], ...lines])
}

function cells({ columns }: Grouped, rows: readonly Row[], marked: (text: string) => string): readonly string[][] {
  const figure = ({ spread, best }: Cell) => {
    if (!spread) return '–'
    return best ? marked(shownSpread(spread)) : shownSpread(spread)
  }
  const restless = rows.some(({ unrest }) => unrest !== undefined)
  return [
    [
      ...columns,
      'seeds',
      'passes',
      'training',
      ...(restless ? [`rank-1, deviation over the last ${LAST_ROUNDS}`] : []),
      ...rows[0].figures.map(({ set, metric }) => `${set} ${metricNames[metric]}`),
    ],
    ...rows.map(({ key, seeds, imagePasses, seconds, unrest, figures }) => [
      ...columns.map((column) => key.get(column) ?? '–'),
      seeds === 0 ? '–' : String(seeds),
      imagePasses === undefined ? '–' : imagePasses.toFixed(0),
      seconds === undefined ? '–' : duration(seconds),
      ...(restless ? [unrest?.mean.toFixed(2) ?? '–'] : []),
      ...figures.map(figure),
    ]),
  ]
}
