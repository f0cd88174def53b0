import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Protocol } from '../protocol.ts'
import type { RunResult } from '../result.ts'
import { chartSvg } from './chart.ts'
import { chartsOf } from './curves.ts'
import { casesOf, findingLines } from './finding.ts'
import { groupsOf } from './groups.ts'
import { rowsOf } from './rows.ts'
import { comparisonCsv, comparisonMarkdown, comparisonTable } from './shown.ts'

/** Writes tables by `protocol` and curves into `folder`; gives what a terminal shows. Throws `LabError` when a run is there twice. */
export async function writeComparison(
  results: readonly RunResult[],
  folder: string,
  protocol: Protocol = 'last',
): Promise<string> {
  const grouped = groupsOf(results)
  const rows = rowsOf(grouped, protocol)
  const finding = findingLines(casesOf(grouped))
  const charts = chartsOf(grouped).map(({ name, chart }) => ({ title: chart.title, file: `${name}.svg`, chart }))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'comparison.md'), comparisonMarkdown(grouped, rows, { protocol, finding, charts }))
  await writeFile(join(folder, 'comparison.csv'), comparisonCsv(grouped, rows))
  for (const { file, chart } of charts) await writeFile(join(folder, file), chartSvg(chart))
  return [comparisonTable(grouped, rows, protocol), ...finding].join('\n')
}
