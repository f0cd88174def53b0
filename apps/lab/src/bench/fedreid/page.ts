/** The benchmark as one page of Markdown: how it was run, tables, curves, and what they say. */
import type { ReadExperiment } from '../../experiment/read.ts'
import type { BenchmarkChart } from './curves.ts'
import { readingOf } from './reading.ts'
import type { BenchmarkSummary } from './summary.ts'
import { armsTable, clientsTable, gainsTable, groupTables, setsTable, sharesTable } from './tables.ts'

export interface BenchmarkPart {
  /** The experiment's file. */
  readonly file: string
  readonly read: ReadExperiment
  readonly summary: BenchmarkSummary
  readonly charts: readonly (BenchmarkChart & { readonly path: string })[]
  /** Runs that the experiment has and this page lacks. */
  readonly missing: readonly string[]
}

export interface PageSurroundings {
  readonly command: string
  /** Name and version of what it ran on. */
  readonly versions: readonly (readonly [name: string, version: string])[]
}

export function pageOf(parts: readonly BenchmarkPart[], { command, versions }: PageSurroundings): string {
  return [
    '# FedReID’s benchmark',
    '',
    'What each part of FedReID does: the cosine distance weight (CDW), knowledge distillation (KD, the private way) and client clustering (CC), against FedPav, FedProx, FedNova, clients alone, and one learner with all images.',
    '',
    '```',
    command,
    '```',
    '',
    versions.map(([name, version]) => `${name} ${version}`).join(' · '),
    '',
    'Figures are in per cent, the mean over clients of what a model makes of the data sets that the client’s images come from; over seeds mean ± standard deviation. *Global* is the model of all, *own* a client’s model as it left, before it was averaged, *group* the average of its group. *Best of three* is FedReID’s protocol: the mean of the three best of the rounds that were measured, for own and group models by client. These rounds are chosen by the very figures that are told, which flatters every arm alike; but the global model is measured in more rounds than own ones, so the two compare by the last round. Where clients are clustered, nobody trains from the global model: it is the average over all groups.',
    ...parts.flatMap(sectionOf),
    '',
  ].join('\n')
}

function sectionOf({ file, read, summary, charts, missing }: BenchmarkPart): readonly string[] {
  const { experiment, runs } = read
  const { local, rounds } = runs[0].settings
  const images = Math.max(0, ...summary.arms.flatMap(({ runs }) => runs.map(({ publicImages }) => publicImages)))
  return [
    '',
    `## ${experiment.name}`,
    '',
    ...(experiment.description ? [experiment.description.trim(), ''] : []),
    `\`${file}\`: ${rounds} rounds, seeds ${experiment.seeds.join(' and ')}, ${local.backbone} at ${local.input.height}×${local.input.width}, ${images} public images. Searched: ${setsOf(summary)}.`,
    ...(missing.length > 0 ? ['', `**Not played: ${missing.join(', ')}.**`] : []),
    '',
    ...clientsTable(summary),
    '',
    '### Arms',
    '',
    ...armsTable(summary),
    '',
    '### What own models gain over standalone',
    '',
    'Points of rank-1, best of three, as the paper’s table 4; the first line is standalone itself.',
    '',
    ...gainsTable(summary, 'best-of-three'),
    '',
    '### The global model by data set, last round',
    '',
    ...setsTable(summary),
    '',
    '### Weights and groups',
    '',
    ...sharesTable(summary),
    ...groupTables(summary).flatMap((table) => ['', ...table]),
    '',
    '### Convergence',
    ...charts.flatMap(({ chart, path }) => ['', `![${chart.title}](${path})`]),
    '',
    '### Reading',
    '',
    'Computed from the figures above, by the best of three unless said otherwise.',
    '',
    ...readingOf(summary).map((sentence) => `- ${sentence}`),
  ]
}

function setsOf({ arms }: BenchmarkSummary): string {
  const [run] = arms[0].runs
  return run.sets.map(({ name, query, gallery }) => `${name} (${query} queries, gallery ${gallery})`).join(', ')
}
