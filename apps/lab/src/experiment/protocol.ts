/**
 * How one figure is made of a run's rounds. FedReID reports the mean of the three best among the rounds that were measured
 * (ALGORITHMS 2.9); the last round is what a federation would really end with.
 */
import type { Figures } from '../measure/measure.ts'
import type { RunResult } from './result.ts'

/** Simulated rounds, as they are played or as a result keeps them. */
interface EvaluatedRounds {
  readonly rounds: readonly { readonly evaluation: Figures | null }[]
  readonly final: Figures
}

/** Rank-1 and mAP in per cent. */
export interface Figure {
  readonly rank1: number
  readonly mAP: number
}

export const protocols = ['last', 'best-of-three'] as const
export type Protocol = (typeof protocols)[number]

/** Rounds whose figures FedReID's protocol takes the mean of. */
const BEST = 3

/** One measured round of one model. */
export interface Measured extends Figure {
  readonly round: number
}

/** `undefined` where nothing was measured. The best rounds are those of the highest rank-1, earlier before later. */
export function figureBy(protocol: Protocol, measured: readonly Measured[]): Figure | undefined {
  if (protocol === 'last') return measured.at(-1)
  return meanOf(measured.toSorted((a, b) => b.rank1 - a.rank1 || a.round - b.round).slice(0, BEST))
}

/** `undefined` for no figures. */
export function meanOf(figures: readonly Figure[]): Figure | undefined {
  if (figures.length === 0) return undefined
  const mean = (of: (figure: Figure) => number) =>
    figures.reduce((total, figure) => total + of(figure), 0) / figures.length
  return { rank1: mean(({ rank1 }) => rank1), mAP: mean(({ mAP }) => mAP) }
}

/** Whose model: the one of all, each client's own as it left, or that of its group. */
export type Whose = 'global' | 'own' | 'group'

export interface ClientSets {
  readonly name: string
  readonly sets: readonly string[]
}

/** What a client makes of a model by round: the mean over the data sets that its images come from. */
export function measuredBy({ name, sets }: ClientSets, whose: Whose, { rounds }: Pick<RunResult, 'rounds'>) {
  return rounds.flatMap((round): readonly Measured[] => {
    const figures: Figures | null | undefined = whose === 'global' ? round.evaluation : round[whose]?.[name]
    const mean = meanOf(sets.flatMap((set) => figures?.[set] ?? []))
    return mean ? [{ round: round.round, ...mean }] : []
  })
}

/** The same as the mean over clients, in the rounds in which all of them were measured. */
export function meanOverClients(clients: readonly ClientSets[], whose: Whose, run: Pick<RunResult, 'rounds'>) {
  const all = clients.map((client) => measuredBy(client, whose, run))
  return run.rounds.flatMap(({ round }): readonly Measured[] => {
    const at = all.flatMap((measured) => measured.find((one) => one.round === round) ?? [])
    const mean = at.length === clients.length ? meanOf(at) : undefined
    return mean ? [{ round, ...mean }] : []
  })
}

/**
 * One figure of a run, the mean over its clients; `undefined` where some client was not measured. The three best rounds of the
 * global model are the same for all clients, those of own models and of groups each client's own: nobody else has that model.
 */
export function clientsFigure(
  protocol: Protocol,
  whose: Whose,
  { clients, rounds }: { readonly clients: readonly ClientSets[]; readonly rounds: RunResult['rounds'] },
): Figure | undefined {
  if (protocol === 'last' || whose === 'global') return figureBy(protocol, meanOverClients(clients, whose, { rounds }))
  const figures = clients.flatMap((client) => figureBy(protocol, measuredBy(client, whose, { rounds })) ?? [])
  return figures.length === clients.length ? meanOf(figures) : undefined
}

/** What a run ended with by data set, of standalone clients the mean. The best rounds are the same for all data sets. */
export function finalBy(protocol: Protocol, { rounds, final }: EvaluatedRounds): Figures {
  if (protocol === 'last') return final
  const measured = rounds.flatMap(({ evaluation }) => {
    const mean = meanOf(Object.values(evaluation ?? {}))
    return evaluation && mean ? [{ evaluation, rank1: mean.rank1 }] : []
  })
  const best = measured.toSorted((a, b) => b.rank1 - a.rank1).slice(0, BEST)
  return Object.fromEntries(
    Object.keys(final).flatMap((set) => {
      const mean = meanOf(best.flatMap(({ evaluation }) => evaluation[set] ?? []))
      return mean ? [[set, mean]] : []
    }),
  )
}

/** Rounds at the end over whose rank-1 the unrest of a model is told. */
export const LAST_ROUNDS = 15

/** Sample standard deviation of rank-1 over the last rounds; `undefined` where they are fewer than three or one was not measured. */
export function unrest(measured: readonly Measured[], rounds: number): number | undefined {
  const last = lastOf(measured, rounds)
  if (!last) return undefined
  const mean = last.reduce((sum, value) => sum + value, 0) / last.length
  return Math.sqrt(last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (last.length - 1))
}

/**
 * The same from one round to the next, √(Σ (x − y)² / 2n): as large as the deviation where rounds differ by chance, but
 * blind to a curve that still rises.
 */
export function jitter(measured: readonly Measured[], rounds: number): number | undefined {
  const last = lastOf(measured, rounds)
  if (!last) return undefined
  const steps = last.slice(1).map((value, at) => value - last[at])
  return Math.sqrt(steps.reduce((sum, step) => sum + step ** 2, 0) / (2 * steps.length))
}

function lastOf(measured: readonly Measured[], rounds: number): readonly number[] | undefined {
  const last = measured.filter(({ round }) => round > rounds - LAST_ROUNDS).map(({ rank1 }) => rank1)
  return last.length >= 3 && last.length === Math.min(LAST_ROUNDS, rounds) ? last : undefined
}
