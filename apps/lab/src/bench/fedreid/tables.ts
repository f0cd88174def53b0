/** The benchmark's tables as Markdown. Figures are in per cent, over seeds mean ± standard deviation. */
import { markdownTable } from '../../experiment/compare/markdown.ts'
import { shownSpread, spreadOf } from '../../experiment/compare/spread.ts'
import { LAST_ROUNDS, type Protocol, type Whose } from '../../experiment/protocol.ts'
import { PUBLISHED_AS, TABLE_4, meanOf } from './published.ts'
import type { ArmSummary, BenchmarkSummary, FigureSpread } from './summary.ts'
import { percent, signed } from './words.ts'

/** Who trains on what. */
export function clientsTable({ clients }: BenchmarkSummary): readonly string[] {
  const total = clients.reduce((sum, { images }) => sum + images, 0)
  return markdownTable(
    ['client', 'images', 'identities', 'share of all images', 'measured on'],
    clients.map(({ name, images, identities, sets }) => [
      name,
      String(images),
      String(identities),
      percent(images / total),
      sets.join(', '),
    ]),
  )
}

/** An arm per line: every model's rank-1 and mAP by both protocols, and the unrest of the global one. */
export function armsTable({ arms }: BenchmarkSummary): readonly string[] {
  const columns: readonly { readonly title: string; readonly whose: Whose; readonly protocol: Protocol }[] = [
    { title: 'global, last round', whose: 'global', protocol: 'last' },
    { title: 'global, best of three', whose: 'global', protocol: 'best-of-three' },
    { title: 'own, last round', whose: 'own', protocol: 'last' },
    { title: 'own, best of three', whose: 'own', protocol: 'best-of-three' },
    { title: 'group, best of three', whose: 'group', protocol: 'best-of-three' },
  ]
  const some = columns.filter(({ whose }) => arms.some(({ means }) => means.has(whose)))
  return markdownTable(
    [
      'rank-1 / mAP',
      ...some.map(({ title }) => title),
      `global rank-1, deviation over the last ${LAST_ROUNDS} rounds`,
      'from round to round',
    ],
    arms.map(({ label, means, unrest, jitter }) => [
      label,
      ...some.map(({ whose, protocol }) => both(means.get(whose)?.get(protocol))),
      unrest?.mean.toFixed(2),
      jitter?.mean.toFixed(2),
    ]),
  )
}

/** As the paper's table 4: what own models gain over standalone, by client, with the paper's mean beside ours. */
export function gainsTable(summary: BenchmarkSummary, protocol: Protocol): readonly string[] {
  const { clients, arms } = summary
  const own = (arm: ArmSummary | undefined, client: string) => arm?.own.get(client)?.get(protocol)?.mean
  const alone = arms.find(({ mode }) => mode === 'standalone')
  if (!alone) return []
  const federated = arms.filter((arm) => arm.mode === 'federated')
  const gain = (arm: ArmSummary) =>
    clients.map(({ name }) => {
      const [together, apart] = [own(arm, name), own(alone, name)]
      return together === undefined || apart === undefined ? undefined : together - apart
    })
  return markdownTable(
    ['rank-1 of own models', ...clients.map(({ name }) => name), 'mean', 'paper’s mean'],
    [
      [
        'standalone',
        ...clients.map(({ name }) => own(alone, name)?.toFixed(1)),
        alone.means.get('own')?.get(protocol)?.rank1.mean.toFixed(1),
        undefined,
      ],
      ...federated.map((arm) => {
        const gains = gain(arm)
        const known = gains.filter((points) => points !== undefined)
        const published = PUBLISHED_AS.get(arm.label)
        return [
          arm.label,
          ...gains.map((points) => (points === undefined ? undefined : signed(points))),
          known.length === gains.length ? signed(meanOf(known)) : undefined,
          published && signed(meanOf(TABLE_4[published])),
        ]
      }),
    ],
  )
}

/** The global model in the last round by data set. */
export function setsTable({ arms }: BenchmarkSummary): readonly string[] {
  const global = arms.filter(({ mode }) => mode !== 'standalone')
  const sets = [...new Set(global.flatMap(({ runs }) => runs.flatMap((run) => run.sets.map(({ name }) => name))))]
  return markdownTable(
    ['rank-1 / mAP', ...sets],
    global.map(({ label, runs }) => [
      label,
      ...sets.map((set) => {
        const figures = runs.flatMap(({ final }) => final[set] ?? [])
        const rank1 = spreadOf(figures.map((figure) => figure.rank1))
        const mAP = spreadOf(figures.map((figure) => figure.mAP))
        return rank1 && mAP && both({ rank1, mAP })
      }),
    ]),
  )
}

/** What a weighting does. */
export function sharesTable({ clients, arms }: BenchmarkSummary): readonly string[] {
  return markdownTable(
    ['share in the average', ...clients.map(({ name }) => name)],
    arms
      .filter(({ shares }) => shares.size > 0)
      .map(({ label, shares }) => [
        label,
        ...clients.map(({ name }) => {
          const share = shares.get(name)
          return share === undefined ? undefined : percent(share)
        }),
      ]),
  )
}

/** How often two clients shared a model, of all rounds and seeds; one table for each arm that makes groups. */
export function groupTables({ clients, arms }: BenchmarkSummary): readonly (readonly string[])[] {
  return arms.flatMap(({ label, runs }) => {
    const rounds = runs.flatMap((run) => run.rounds.flatMap(({ groups }) => (groups ? [groups] : [])))
    if (rounds.length === 0) return []
    const together = (a: string, b: string) =>
      rounds.filter((groups) => groups.some((group) => group.includes(a) && group.includes(b))).length / rounds.length
    return [
      markdownTable(
        [`${label}: in one group`, ...clients.map(({ name }) => name)],
        clients.map((a) => [a.name, ...clients.map((b) => (a === b ? undefined : percent(together(a.name, b.name))))]),
      ),
    ]
  })
}

function both(figure: FigureSpread | undefined): string | undefined {
  return figure && `${shownSpread(figure.rank1)} / ${shownSpread(figure.mAP)}`
}
