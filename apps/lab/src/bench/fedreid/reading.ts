/** What the figures say of FedReID's findings: where our ranking agrees with the paper's, and where not. */
import type { Spread } from '../../experiment/compare/spread.ts'
import { LAST_ROUNDS, type Protocol, type Whose } from '../../experiment/protocol.ts'
import { FEDPAV, PROTOCOL } from './arms.ts'
import { onceEach, reweighted } from './by-set.ts'
import { MEANS, PUBLISHED_AS, TABLE_4, TRAINED_IMAGES, meanOf } from './published.ts'
import type { BenchmarkSummary } from './summary.ts'
import { shown, signed, unsure } from './words.ts'

/** Of models that are not. */
const ACROSS: Protocol = 'last'
/**
 * By the number of clients: of federations in which gains have nothing to do with sizes, one in ten has a rank correlation as far
 * from 0 (Spearman's table). With fewer clients nothing is told.
 */
const TELLING_CORRELATIONS: ReadonlyMap<number, number> = new Map([
  [5, 0.9],
  [6, 0.829],
  [7, 0.714],
  [8, 0.643],
  [9, 0.6],
  [10, 0.564],
])

/** Arms as the experiments call them. */
const STANDALONE = 'standalone'
const CENTRALISED = 'centralised'
/** What each optimisation is for: own models, or the global one. */
const OPTIMISATIONS: readonly { readonly label: string; readonly whose: Whose }[] = [
  { label: 'CDW (features)', whose: 'own' },
  { label: 'CDW (logits)', whose: 'own' },
  { label: 'CC', whose: 'own' },
  { label: 'CC & CDW', whose: 'own' },
  { label: 'KD', whose: 'global' },
  { label: 'KD & CDW', whose: 'global' },
]

/** One sentence each, for a list. Sentences whose arms are not there are left out. */
export function readingOf(summary: BenchmarkSummary): readonly string[] {
  return [
    ...precision(summary),
    ...optimised(summary),
    ...reweighted(summary),
    ...smoothness(summary),
    ...rankingAgreement(summary),
    ...smallGainMost(summary),
    ...bounds(summary),
  ]
}

/** Rank-1, the mean over clients. */
function rank1(
  { arms }: BenchmarkSummary,
  label: string,
  { whose, by = PROTOCOL }: { readonly whose: Whose; readonly by?: Protocol },
): Spread | undefined {
  return arms
    .find((arm) => arm.label === label)
    ?.means.get(whose)
    ?.get(by)?.rank1
}

/** What the number of queries alone leaves open: clients that are measured on one data set share its queries. */
function precision(summary: BenchmarkSummary): readonly string[] {
  const figure = rank1(summary, FEDPAV, { whose: 'own' }) ?? rank1(summary, FEDPAV, { whose: 'global' })
  const [run] = summary.arms[0].runs
  if (!figure) return []
  const { clients } = summary
  const seeds = figure.count
  const share = figure.mean / 100
  const variance = run.sets.reduce((sum, { name, query }) => {
    const weight = clients.reduce((total, { sets }) => total + (sets.includes(name) ? 1 / sets.length : 0), 0)
    return sum + ((weight / clients.length) ** 2 * share * (1 - share)) / query
  }, 0)
  return [
    `By the number of queries alone, a mean over clients has a standard error of about ${(100 * Math.sqrt(variance)).toFixed(1)} points: smaller differences say little.`,
    ...(seeds < 2
      ? []
      : [
          `An arm is said to beat another where all its seeds are above all of the other's: of arms that are as good, one in ${splits(seeds)} does so by chance.`,
        ]),
  ]
}

/** Ways to deal out the seeds of two arms to them: (2n)! / n!². */
function splits(seeds: number): number {
  let ways = 1
  for (let k = 1; k <= seeds; k++) ways = (ways * (seeds + k)) / k
  return ways
}

function optimised(summary: BenchmarkSummary): readonly string[] {
  return OPTIMISATIONS.flatMap(({ label, whose }) => {
    const [taught, plain] = [rank1(summary, label, { whose }), rank1(summary, FEDPAV, { whose })]
    if (!taught || !plain) return []
    const model = whose === 'own' ? 'the clients’ own models' : 'the global model'
    return [
      `${label} ${verdictOf(taught, plain)} FedPav on ${model}: ${shown(taught)} against ${shown(plain)}, ${signed(taught.mean - plain.mean)} points${unsure(taught, plain)}.${onceEach(summary, label, whose)}`,
    ]
  })
}

/** Who leads by less than the seeds differ, or in the only seed, is ahead and beats nobody yet. */
function verdictOf(taught: Spread, plain: Spread): string {
  if (taught.mean <= plain.mean) return 'does not beat'
  return unsure(taught, plain) === '' ? 'beats' : 'is ahead of'
}

function smoothness({ arms }: BenchmarkSummary): readonly string[] {
  const rounds = Math.min(LAST_ROUNDS, arms[0].runs[0].rounds.length)
  const plain = arms.find(({ label }) => label === FEDPAV)
  return ['KD', 'KD & CDW'].flatMap((label) => {
    const taught = arms.find((arm) => arm.label === label)
    if (!taught?.unrest || !plain?.unrest || !taught.jitter || !plain.jitter) return []
    const [deviation, jitter] = [
      [taught.unrest, plain.unrest],
      [taught.jitter, plain.jitter],
    ] as const
    const smoother = [deviation, jitter].map(([a, b]) => (a.mean < b.mean ? 'smoother' : 'no smoother'))
    return [
      `${label}’s curve is ${smoother[0]} than FedPav’s: over the last ${rounds} rounds its global rank-1 has a standard deviation of ${against(deviation)}. From round to round, which a curve that still rises does not count in, it is ${smoother[1]}: ${against(jitter)}. The paper shows smoother curves.`,
    ]
  })
}

const against = ([a, b]: readonly [Spread, Spread]) =>
  `${a.mean.toFixed(2)} against ${b.mean.toFixed(2)} points${unsure(a, b)}`

/**
 * Every two arms that the paper ranks, by what their own models gain over standalone. Where two of ours are one of the paper's,
 * the first stands for it.
 */
function rankingAgreement(summary: BenchmarkSummary): readonly string[] {
  const all = summary.arms.flatMap(({ label }) => {
    const published = PUBLISHED_AS.get(label)
    const ours = rank1(summary, label, { whose: 'own' })
    return published && ours ? [{ label, published, ours, theirs: meanOf(TABLE_4[published]) }] : []
  })
  const standIn = (published: string) => all.find((arm) => arm.published === published)?.label
  const ranked = all.filter(({ label, published }) => standIn(published) === label)
  const pairs = ranked.flatMap((a, at) =>
    ranked.slice(at + 1).map((b) => (a.theirs > b.theirs ? { a, b } : { a: b, b: a })),
  )
  if (pairs.length === 0) return []
  const against = pairs.filter(({ a, b }) => a.ours.mean <= b.ours.mean)
  const clear = against.filter(({ a, b }) => unsure(a.ours, b.ours) === '')
  const order = (by: (arm: (typeof ranked)[number]) => number) =>
    ranked
      .toSorted((x, y) => by(y) - by(x))
      .map(({ label }) => label)
      .join(', ')
  return [
    `Pairs of arms that the paper’s table 4 ranks by the mean gain of own models: ${pairs.length}. In the same order here: ${pairs.length - against.length}. In the other order by a lead beyond the seeds: ${clear.length}.`,
    ...all.flatMap(({ label, published }) =>
      standIn(published) === label
        ? []
        : [`The paper has one ${published}: ${standIn(published)} stands for it here, and ${label} is not ranked.`],
    ),
    `Paper’s order, best first: ${order(({ theirs }) => theirs)}. Ours: ${order(({ ours }) => ours.mean)}.`,
    ...clear.map(
      ({ a, b }) =>
        `Against the paper, ${b.label} is ahead of ${a.label}: ${shown(b.ours)} and ${shown(a.ours)}, where the paper has ${a.label} ahead by ${(a.theirs - b.theirs).toFixed(1)} points.`,
    ),
  ]
}

/** The paper’s first finding: the smaller a client’s data, the more it gains by federating. */
function smallGainMost({ clients, arms }: BenchmarkSummary): readonly string[] {
  const own = (label: string, client: string) =>
    arms
      .find((arm) => arm.label === label)
      ?.own.get(client)
      ?.get(PROTOCOL)?.mean
  const gains = clients.flatMap(({ name, images }) => {
    const [federated, alone] = [own(FEDPAV, name), own(STANDALONE, name)]
    return federated === undefined || alone === undefined ? [] : [{ name, images, gain: federated - alone }]
  })
  if (gains.length < 3) return []
  const ours = rankCorrelation(
    gains.map(({ images }) => images),
    gains.map(({ gain }) => gain),
  )
  // Of equal sizes or equal gains there is none.
  if (Number.isNaN(ours)) return []
  const theirs = rankCorrelation(TRAINED_IMAGES, TABLE_4.FedPav)
  const better = gains.filter(({ gain }) => gain > 0)
  const direction = Math.sign(ours) === Math.sign(theirs) ? 'the same direction' : 'the other direction'
  const telling = TELLING_CORRELATIONS.get(gains.length) ?? Infinity
  const verdict = Math.abs(ours) < telling ? 'here too weak, or of too few clients, to tell' : direction
  return [
    `FedPav’s own models gain over standalone for ${better.length} of ${gains.length} clients${better.length > 0 ? ` (${better.map(({ name }) => name).join(', ')})` : ''}; the paper’s for ${TABLE_4.FedPav.filter((gain) => gain > 0).length} of 9, the small ones. Between a client’s number of images and its gain the rank correlation is ${signed(ours, 2)} here and ${signed(theirs, 2)} in the paper: ${verdict}. ${unequalSentence(clients.map(({ images }) => images))}`,
  ]
}

/** How unequal the clients are, here and in the paper: less unequal ones show less of what sizes do. */
function unequalSentence(images: readonly number[]): string {
  const ratio = (sizes: readonly number[]) => (Math.max(...sizes) / Math.min(...sizes)).toFixed(0)
  const smallest = images.filter((size) => size === Math.min(...images)).length
  const alike = smallest > 1 ? `; ${smallest} clients share the smallest size, and nothing ranks them by it` : ''
  return `The largest client has ${ratio(images)} times the images of the smallest here, ${ratio(TRAINED_IMAGES)} times in the paper${alike}.`
}

/** Centralised above the federation, own models above the global one, as in the paper’s table 3. */
function bounds(summary: BenchmarkSummary): readonly string[] {
  const ours = {
    centralised: rank1(summary, CENTRALISED, { whose: 'global', by: ACROSS }),
    standalone: rank1(summary, STANDALONE, { whose: 'own', by: ACROSS }),
    global: rank1(summary, FEDPAV, { whose: 'global', by: ACROSS }),
    own: rank1(summary, FEDPAV, { whose: 'own', by: ACROSS }),
  }
  const called = {
    centralised: 'a centralised learner',
    standalone: 'standalone clients',
    global: 'FedPav’s global model',
    own: 'FedPav’s own models',
  }
  const claims = [
    ['centralised', 'own'],
    ['centralised', 'global'],
    ['own', 'global'],
    ['own', 'standalone'],
    ['global', 'standalone'],
  ] as const
  return claims.flatMap(([a, b]) => {
    const [left, right] = [ours[a], ours[b]]
    if (!left || !right) return []
    const [here, there] = [left.mean - right.mean, MEANS[a] - MEANS[b]]
    return [
      `Mean rank-1 in the last round of ${called[a]} less that of ${called[b]}: ${signed(here)} points here${unsure(left, right)}, ${signed(there)} in the paper: ${Math.sign(here) === Math.sign(there) ? 'the same sign' : 'the other sign'}.`,
    ]
  })
}

/** Spearman's, ties sharing their mean rank; NaN where all of one list are tied. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)]
  const middle = (x.length + 1) / 2
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, at) => sum + (value - middle) * (q[at] - middle), 0)
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y))
}

function ranksOf(values: readonly number[]): readonly number[] {
  return values.map(
    (value) =>
      values.filter((other) => other < value).length + (values.filter((other) => other === value).length + 1) / 2,
  )
}
