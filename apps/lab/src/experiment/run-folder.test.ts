import { expect, test } from 'vitest'
import type { RunResult } from './result.ts'
import { roundEvents, roundsCsv } from './run-folder.ts'

const figures = (rank1: number) => ({ rank1, mAP: rank1 / 2 })
const round = {
  clients: 2,
  images: 40,
  loss: 1.5,
  bytesUp: 8,
  bytesDown: 4,
  seconds: 2,
  shares: { a: 0.5, b: 0.5 },
  evaluation: null,
}
const result: Pick<RunResult, 'rounds' | 'clients' | 'final' | 'initial' | 'startedAt'> = {
  startedAt: 100,
  clients: ['a', 'b'].map((name) => ({ name, sets: ['market'], images: 20, identities: 5 })),
  initial: { market: figures(2) },
  rounds: [
    { ...round, round: 1, own: { a: { market: figures(10) }, b: { market: figures(30) } } },
    { ...round, round: 2, evaluation: { market: figures(40) } },
  ],
  final: { market: figures(40) },
}

test('own models are in the rounds’ table, their mean over clients first; empty where they were not measured', () => {
  const [head, first, second] = roundsCsv(result)
    .split('\n')
    .map((line) => line.split(','))
  expect(head.slice(7).join(' ')).toBe(
    'rank1_market mAP_market rank1_own_mean mAP_own_mean rank1_own_a mAP_own_a rank1_own_b mAP_own_b',
  )
  expect(first.slice(7)).toEqual(['', '', '20', '10', '10', '5', '30', '15'])
  expect(second.slice(7)).toEqual(['40', '20', '', '', '', '', '', ''])
})

test('TensorBoard is given both curves', () => {
  expect(roundEvents(result)).toEqual([
    { wallTime: 100, step: 0, scalars: { 'rank-1/market': 2, 'mAP/market': 1 } },
    {
      wallTime: 102,
      step: 1,
      scalars: {
        loss: 1.5,
        'own rank-1/mean': 20,
        'own mAP/mean': 10,
        'own rank-1/a': 10,
        'own mAP/a': 5,
        'own rank-1/b': 30,
        'own mAP/b': 15,
      },
    },
    { wallTime: 104, step: 2, scalars: { loss: 1.5, 'rank-1/market': 40, 'mAP/market': 20 } },
  ])
})
