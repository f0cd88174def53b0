import { expect, test } from 'vitest'
import { clientsFigure, figureBy, finalBy, jitter, meanOverClients, measuredBy, unrest } from './protocol.ts'
import type { RunResult } from './result.ts'

const both = (rank1: number) => ({ rank1, mAP: rank1 / 2 })
const round = (round: number, more: Partial<RunResult['rounds'][number]>): RunResult['rounds'][number] => ({
  round,
  clients: 2,
  images: 4,
  loss: 1,
  bytesUp: 0,
  bytesDown: 0,
  seconds: 1,
  shares: {},
  evaluation: null,
  ...more,
})
const clients = [
  { name: 'a', sets: ['market', 'pku'] },
  { name: 'b', sets: ['pku'] },
]

test('FedReID’s figure is the mean of the three best measured rounds, not the last (ALGORITHMS 2.9)', () => {
  const measured = [10, 40, 20, 30, 25].map((rank1, at) => ({ round: at + 1, ...both(rank1) }))
  expect(figureBy('last', measured)).toMatchObject({ rank1: 25 })
  expect(figureBy('best-of-three', measured)).toMatchObject({ rank1: (40 + 30 + 25) / 3, mAP: (20 + 15 + 12.5) / 3 })
  expect(figureBy('best-of-three', measured.slice(0, 2))).toMatchObject({ rank1: 25 })
  expect(figureBy('best-of-three', [])).toBeUndefined()
})

test('a client’s figure is the mean over its own data sets, and clients count alike', () => {
  const run = {
    rounds: [
      round(1, { evaluation: { market: both(10), pku: both(50) } }),
      round(2, { own: { a: { market: both(20), pku: both(60) }, b: { pku: both(80) } } }),
      round(3, { own: { a: { market: both(20), pku: both(60) } } }),
    ],
  }
  expect(measuredBy(clients[0], 'global', run)).toEqual([{ round: 1, rank1: 30, mAP: 15 }])
  expect(meanOverClients(clients, 'global', run)).toEqual([{ round: 1, rank1: 40, mAP: 20 }])
  // Of round 3 one client is missing: the mean over the other would be another figure.
  expect(meanOverClients(clients, 'own', run)).toEqual([{ round: 2, rank1: 60, mAP: 30 }])
  expect(meanOverClients(clients, 'group', run)).toEqual([])
})

test('the best rounds of own models are each client’s own, those of the global model everyone’s', () => {
  const of = ([a, b]: readonly [number, number]) => ({ a: { market: both(a), pku: both(a) }, b: { pku: both(b) } })
  const rounds = (
    [
      [10, 90],
      [20, 80],
      [30, 70],
      [40, 0],
    ] as const
  ).map((own, at) => round(at + 1, { own: of(own), evaluation: { market: both(own[0]), pku: both(own[1]) } }))
  expect(clientsFigure('best-of-three', 'own', { clients, rounds })?.rank1).toBe((30 + 80) / 2)
  expect(clientsFigure('last', 'own', { clients, rounds })?.rank1).toBe(20)
  // a has the mean of both sets, b that of pku: 70, 65, 60 and 10 in the mean over both.
  expect(clientsFigure('best-of-three', 'global', { clients, rounds })?.rank1).toBe(65)
  const [{ own, ...unmeasured }] = rounds
  expect(own).toBeDefined()
  expect(clientsFigure('best-of-three', 'own', { clients, rounds: [unmeasured] })).toBeUndefined()
})

test('by data set, the best rounds are the same for all', () => {
  const rounds = [
    [10, 90],
    [30, 50],
    [60, 10],
    [20, 20],
  ].map(([market, pku], at) => round(at + 1, { evaluation: { market: both(market), pku: both(pku) } }))
  const run = { rounds, final: { market: both(20), pku: both(20) } }
  expect(finalBy('best-of-three', run).market.rank1).toBeCloseTo((10 + 30 + 60) / 3)
  expect(finalBy('last', run)).toBe(run.final)
})

test('unrest is the deviation over the last fifteen rounds alone, and of all of them', () => {
  const measured = Array.from({ length: 20 }, (_, at) => ({ round: at + 1, ...both(at < 5 ? 1000 : at % 2) }))
  // Seven ones and eight zeros: √((7·(8/15)² + 8·(7/15)²) / 14).
  expect(unrest(measured, 20)).toBeCloseTo(Math.sqrt((7 * (8 / 15) ** 2 + 8 * (7 / 15) ** 2) / 14), 12)
  expect(
    unrest(
      measured.filter(({ round }) => round !== 12),
      20,
    ),
  ).toBeUndefined()
  expect(
    unrest(
      measured.slice(5, 9).map((one, at) => ({ ...one, round: at + 1 })),
      4,
    ),
  ).toBeCloseTo(Math.sqrt(1 / 3), 12)
})

test('from round to round, a curve that rises evenly is as restless as its step, however far it rises', () => {
  const rising = Array.from({ length: 20 }, (_, at) => ({ round: at + 1, ...both(3 * at) }))
  expect(jitter(rising, 20)).toBeCloseTo(3 / Math.SQRT2, 12)
  expect(unrest(rising, 20)).toBeGreaterThan(13)
  expect(jitter(rising.slice(0, 19), 20)).toBeUndefined()
})
