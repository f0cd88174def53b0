/** The runs of FedReID's benchmark by arm: one line of its tables each. */
import { type Spread, spreadOf } from '../../experiment/compare/spread.ts'
import {
  type ClientSets,
  type Figure,
  type Protocol,
  type Whose,
  clientsFigure,
  figureBy,
  jitter,
  meanOverClients,
  measuredBy,
  protocols,
  unrest,
} from '../../experiment/protocol.ts'
import type { RunResult } from '../../experiment/result.ts'

export interface ClientSize extends ClientSets {
  readonly images: number
  readonly identities: number
}

/** Over seeds. */
export interface FigureSpread {
  readonly rank1: Spread
  readonly mAP: Spread
}

export interface ArmSummary {
  readonly label: string
  readonly mode: RunResult['mode']
  /** One per seed. */
  readonly runs: readonly RunResult[]
  /** Means over the clients of what they make of each model; absent where there is none. */
  readonly means: ReadonlyMap<Whose, ReadonlyMap<Protocol, FigureSpread>>
  /** Standard deviation over the last rounds of the global model's rank-1. */
  readonly unrest: Spread | undefined
  /** The same from one round to the next, blind to a curve that still rises. */
  readonly jitter: Spread | undefined
  /** Rank-1 of each client's own model. */
  readonly own: ReadonlyMap<string, ReadonlyMap<Protocol, Spread>>
  /** Each client's share in the average, 0 to 1, the mean over rounds and seeds; of learners that average nothing there is none. */
  readonly shares: ReadonlyMap<string, number>
}

export interface BenchmarkSummary {
  readonly clients: readonly ClientSize[]
  /** In the order of the experiment. */
  readonly arms: readonly ArmSummary[]
}

/** Throws `RangeError` without a run that has more than the one client of a centralised learner. */
export function summaryOf(results: readonly RunResult[], labels: readonly string[]): BenchmarkSummary {
  const whole = results.find(({ mode }) => mode !== 'centralised')
  if (!whole) throw new RangeError('summaryOf: every run has a single client')
  const { clients } = whole
  return {
    clients,
    arms: labels.flatMap((label) => {
      const runs = results.filter(({ arm }) => arm === label).sort((a, b) => a.seed - b.seed)
      return runs.length === 0 ? [] : [armOf(label, runs, clients)]
    }),
  }
}

function armOf(label: string, runs: readonly RunResult[], clients: readonly ClientSize[]): ArmSummary {
  const { mode } = runs[0]
  const globalOf = (run: RunResult) => (mode === 'standalone' ? [] : meanOverClients(clients, 'global', run))
  const models: readonly Whose[] = mode === 'standalone' ? ['own'] : ['global', 'own', 'group']
  return {
    label,
    mode,
    runs,
    means: new Map(
      models.flatMap((whose) => {
        const by = new Map(
          protocols.flatMap((protocol) =>
            entry(
              protocol,
              runs.flatMap(({ rounds }) => clientsFigure(protocol, whose, { clients, rounds }) ?? []),
            ),
          ),
        )
        return by.size === 0 ? [] : [[whose, by] as const]
      }),
    ),
    unrest: spreadOf(runs.flatMap((run) => unrest(globalOf(run), run.rounds.length) ?? [])),
    jitter: spreadOf(runs.flatMap((run) => jitter(globalOf(run), run.rounds.length) ?? [])),
    own: new Map(clients.map((client) => [client.name, ownOf(client, runs)])),
    shares: mode === 'federated' ? sharesOf(runs, clients) : new Map(),
  }
}

function entry(protocol: Protocol, figures: readonly Figure[]): readonly (readonly [Protocol, FigureSpread])[] {
  const rank1 = spreadOf(figures.map((figure) => figure.rank1))
  const mAP = spreadOf(figures.map((figure) => figure.mAP))
  return rank1 && mAP ? [[protocol, { rank1, mAP }]] : []
}

function ownOf(client: ClientSize, runs: readonly RunResult[]): ReadonlyMap<Protocol, Spread> {
  return new Map(
    protocols.flatMap((protocol) => {
      const spread = spreadOf(runs.flatMap((run) => figureBy(protocol, measuredBy(client, 'own', run))?.rank1 ?? []))
      return spread ? [[protocol, spread] as const] : []
    }),
  )
}

function sharesOf(runs: readonly RunResult[], clients: readonly ClientSize[]): ReadonlyMap<string, number> {
  return new Map(
    clients.flatMap(({ name }) => {
      const mean = spreadOf(runs.flatMap(({ rounds }) => rounds.flatMap(({ shares }) => shares[name] ?? [])))?.mean
      return mean === undefined ? [] : [[name, mean] as const]
    }),
  )
}
