/** What the figures say of each data set: where clients share them, and where weights move between them. */
import { spreadOf } from '../../experiment/compare/spread.ts'
import { type Whose, figureBy, finalBy, measuredBy } from '../../experiment/protocol.ts'
import type { RunResult } from '../../experiment/result.ts'
import { FEDPAV, PROTOCOL } from './arms.ts'
import { meanOf } from './published.ts'
import type { BenchmarkSummary, ClientSize } from './summary.ts'
import { percent, shown, signed, unsure } from './words.ts'

/** The paper's clients are a data set each. Where several of ours share one, what it makes of a model outweighs the others. */
export function onceEach(summary: BenchmarkSummary, label: string, whose: Whose): string {
  const { clients, arms } = summary
  const sets = setsOf(summary)
  if (sets.length === clients.length || clients.some((client) => client.sets.length > 1)) return ''
  const spread = (arm: string) => {
    const { runs } = arms.find((one) => one.label === arm) ?? { runs: [] }
    return spreadOf(
      runs.flatMap((run) => {
        const figures = sets.flatMap((set) => rank1On(set, whose, { run, clients }) ?? [])
        return figures.length === sets.length ? meanOf(figures) : []
      }),
    )
  }
  const [taught, plain] = [spread(label), spread(FEDPAV)]
  if (!taught || !plain) return ''
  return ` With each of the ${sets.length} data sets counted once, ${shown(taught)} against ${shown(plain)}, ${signed(taught.mean - plain.mean)} points${unsure(taught, plain)}.`
}

const setsOf = ({ clients }: BenchmarkSummary) => [...new Set(clients.flatMap(({ sets }) => sets))]

/** Of one run; of own models, the mean over the clients that are measured on the data set. */
function rank1On(
  set: string,
  whose: Whose,
  { run, clients }: { readonly run: RunResult; readonly clients: readonly ClientSize[] },
): number | undefined {
  if (whose !== 'own') return finalBy(PROTOCOL, run)[set]?.rank1
  const here = clients.filter(({ sets }) => sets.includes(set))
  const figures = here.flatMap((client) => figureBy(PROTOCOL, measuredBy(client, 'own', run))?.rank1 ?? [])
  return figures.length === here.length ? meanOf(figures) : undefined
}

/** A weighting by cosine distance, and what it differs from in nothing else. */
const WEIGHTINGS = [
  ['CDW (features)', FEDPAV],
  ['CDW (logits)', FEDPAV],
  ['KD & CDW', 'KD'],
] as const

/** Where it takes weight from, where to, and what that does to own models there. */
export function reweighted(summary: BenchmarkSummary): readonly string[] {
  const { arms, clients } = summary
  return WEIGHTINGS.flatMap(([label, without]) => {
    const [after, before] = [sharesBySet(summary, label), sharesBySet(summary, without)]
    const own = (arm: string, set: string) => {
      const { runs } = arms.find((one) => one.label === arm) ?? { runs: [] }
      return spreadOf(runs.flatMap((run) => rank1On(set, 'own', { run, clients }) ?? []))
    }
    const moved = setsOf(summary).flatMap((set) => {
      const [one, other] = [own(label, set), own(without, set)]
      if (!one || !other) return []
      const [share, earlier] = [after.get(set) ?? 0, before.get(set) ?? 0]
      const gain = `${signed(one.mean - other.mean)} points${unsure(one, other)}`
      return [
        { change: share - earlier, gain, named: `${set} (${percent(earlier)} of the average, then ${percent(share)})` },
      ]
    })
    const [less, ...others] = moved.toSorted((a, b) => a.change - b.change)
    const more = others.at(-1)
    if (!more || more.change <= 0) return []
    return [
      `${label} takes weight from ${less.named} and gives it to ${more.named}: beside ${without}’s, own models are ${less.gain} on the former and ${more.gain} on the latter.`,
    ]
  })
}

/** A client's share goes to its data sets alike. */
function sharesBySet({ clients, arms }: BenchmarkSummary, label: string): ReadonlyMap<string, number> {
  const shares = arms.find((arm) => arm.label === label)?.shares
  const bySet = new Map<string, number>()
  for (const { name, sets } of clients)
    for (const set of sets) bySet.set(set, (bySet.get(set) ?? 0) + (shares?.get(name) ?? 0) / sets.length)
  return bySet
}
