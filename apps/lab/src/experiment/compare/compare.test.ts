import { FederationSettings, parse } from '@passerby/protocol'
import { expect, test } from 'vitest'
import type { Mode } from '../../simulate/modes.ts'
import type { Scenario } from '../experiment.ts'
import type { RunResult } from '../result.ts'
import { chartsOf } from './curves.ts'
import { casesOf, findingLines } from './finding.ts'
import { groupsOf } from './groups.ts'
import { rowsOf } from './rows.ts'
import { comparisonCsv, comparisonMarkdown, comparisonTable } from './shown.ts'

interface Told {
  readonly arm?: string
  readonly mode?: Mode
  readonly scenario?: Scenario
  readonly init?: string
  readonly seed?: number
  readonly local?: object
  /** Final rank-1 and mAP by data set. */
  readonly final?: Readonly<Record<string, readonly [number, number]>>
  /** Sets of each client. */
  readonly clients?: readonly (readonly string[])[]
  /** Rank-1 before training, and of raw pixels. */
  readonly before?: number
}

/** A run of two rounds, measured after the second. */
function resultOf(told: Told): RunResult {
  const { mode = 'federated', scenario = 'by-camera', init = 'scratch', seed = 1, final = { market: [30, 20] } } = told
  const settings = parse(FederationSettings, { name: 'x', seed, rounds: 2, local: { ...told.local } })
  if (!settings.ok) throw new RangeError(settings.refusal.message)
  const figures = Object.fromEntries(Object.entries(final).map(([set, [rank1, mAP]]) => [set, { rank1, mAP }]))
  const zero = Object.fromEntries(Object.keys(final).map((set) => [set, { rank1: told.before ?? 5, mAP: 3 }]))
  const round = { clients: 2, images: 40, bytesUp: 8, bytesDown: 8, seconds: 1.5, shares: {} }
  return {
    experiment: 'by hand',
    run: 'run',
    fingerprint: '',
    arm: told.arm ?? '',
    mode,
    scenario,
    init,
    seed,
    grid: {},
    settings: settings.value,
    data: { folder: 'reid-data' },
    clients: (told.clients ?? [['market'], ['market']]).map((sets, at) => ({
      name: `client ${at}`,
      sets: [...sets],
      images: 20,
      identities: 5,
    })),
    sets: Object.keys(final).map((name) => ({ name, query: 3, gallery: 9 })),
    publicImages: 0,
    imagePasses: 80,
    startedAt: 1000,
    seconds: 3,
    initial: zero,
    rawPixels: zero,
    rounds: [
      { ...round, round: 1, loss: 2 + seed / 4, evaluation: null },
      { ...round, round: 2, loss: 1 + seed / 4, evaluation: figures },
    ],
    final: figures,
  }
}

const arms = (
  figures: { camera: [number, number]; identity: [number, number]; central: [number, number] },
  init: string,
) => [
  resultOf({ init, final: { market: figures.camera } }),
  resultOf({ init, scenario: 'by-identity', final: { market: figures.identity } }),
  resultOf({ init, mode: 'centralised', final: { market: figures.central } }),
]

test('seeds are one group; what varies within a first model is a column, what comes with it is none', () => {
  const small = { backbone: 'tiny' }
  const { columns, groups, settled } = groupsOf([
    resultOf({ seed: 1, local: { backboneRate: 0.1 } }),
    resultOf({ seed: 2, local: { backboneRate: 0.1 } }),
    resultOf({ seed: 1, local: { backboneRate: 0.2 } }),
    resultOf({ init: 'small', local: { ...small, backboneRate: 0.1 } }),
    resultOf({ init: 'small', local: { ...small, backboneRate: 0.2 } }),
  ])
  expect(columns).toEqual(['init', 'local.backboneRate', 'mode', 'scenario'])
  expect(groups.map(({ key, runs }) => [key.get('init'), key.get('local.backboneRate'), runs.length])).toEqual([
    ['scratch', '0.1', 2],
    ['scratch', '0.2', 1],
    ['small', '0.1', 1],
    ['small', '0.2', 1],
  ])
  expect([...settled].map(([init, values]) => [init, [...values]])).toEqual([
    ['scratch', [['local.backbone', 'osnet_x0_25']]],
    ['small', [['local.backbone', 'tiny']]],
  ])
})

test('where training did harm, the mark is with what no training made', () => {
  const rows = rowsOf(groupsOf([resultOf({ before: 33, final: { market: [30, 20] } })]))
  expect(rows.map(({ key, figures }) => [key.get('mode'), ...figures.map(({ best }) => best)])).toEqual([
    ['federated', false, true],
    ['untrained', true, false],
    ['raw pixels', true, false],
  ])
})

test('the same run twice is refused: it would count as two seeds', () => {
  expect(() => groupsOf([resultOf({ seed: 1 }), resultOf({ seed: 1 })])).toThrow('seed 1 is there twice')
})

test('mean and sample deviation over seeds, the best of each column marked, baselines below', () => {
  const grouped = groupsOf([
    resultOf({ seed: 1, final: { market: [30, 20] } }),
    resultOf({ seed: 2, final: { market: [34, 21] } }),
    resultOf({ mode: 'centralised', final: { market: [31, 40] } }),
  ])
  const rows = rowsOf(grouped)
  // Deviation of (30, 34): √((2² + 2²) / 1) = 2.83; of (20, 21): 0.71.
  expect(
    comparisonTable(grouped, rows, 'last')
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)),
  ).toEqual([
    ['init', 'mode', 'scenario', 'seeds', 'passes', 'training', 'market rank-1', 'market mAP'],
    ['scratch', 'centralised', 'by-camera', '1', '80', '3 s', '31.0', '40.0*'],
    ['scratch', 'federated', 'by-camera', '2', '80', '3 s', '32.0 ± 2.8*', '20.5 ± 0.7'],
    ['scratch', 'untrained', '–', '2', '–', '–', '5.0 ± 0.0', '3.0 ± 0.0'],
    ['–', 'raw pixels', '–', '–', '–', '–', '5.0', '3.0'],
    ['per cent after the last round, mean ± standard deviation over seeds; * best of its column, trained or not'],
  ])
  expect(
    comparisonMarkdown(grouped, rows, { protocol: 'last', finding: ['Over all.', 'One case'], charts: [] }),
  ).toContain('| **32.0 ± 2.8** | 20.5 ± 0.7 |')
  const [head, , federated] = comparisonCsv(grouped, rows)
    .split('\n')
    .map((line) => line.split(','))
  const cell = (name: string) => Number(federated[head.indexOf(name)])
  expect([cell('rank1_market_mean'), cell('rank1_market_min'), cell('rank1_market_max')]).toEqual([32, 30, 34])
  expect(cell('rank1_market_deviation')).toBeCloseTo(Math.sqrt(8), 12)
})

/** Mode, input height and mean rank-1 of the rows that no training made. */
const baselines = (runs: readonly RunResult[]) =>
  rowsOf(groupsOf(runs))
    .filter(({ seconds }) => seconds === undefined)
    .map(({ key, seeds, figures }) => [key.get('mode'), key.get('local.input.height'), seeds, figures[0].spread?.mean])

test('where the grid varies the input size, untrained networks and raw pixels have a row for each', () => {
  const tiny = { backbone: 'tiny' }
  const small = { ...tiny, input: { height: 32, width: 16 } }
  expect(
    baselines([
      resultOf({ before: 5, local: tiny }),
      resultOf({ before: 5, local: tiny, mode: 'centralised' }),
      resultOf({ before: 5, local: tiny, seed: 2 }),
      resultOf({ before: 9, local: small }),
    ]),
  ).toEqual([
    ['untrained', '128', 2, 5],
    ['untrained', '32', 1, 9],
    ['raw pixels', '128', 0, 5],
    ['raw pixels', '32', 0, 9],
  ])
})

test('untrained figures that differ between runs of one seed are left out, not taken from the first', () => {
  const rates = [0.1, 0.2].map((backboneRate) => ({ backboneRate }))
  const [one, other] = rates.map((local, at) => resultOf({ local, before: 5 + at }))
  expect(baselines([one, other])).toEqual([])
  expect(baselines([one, { ...other, initial: one.initial }])).toEqual([['untrained', undefined, 1, 5]])
})

test('FedReID’s finding is told by first model from the figures: it holds where by-camera trails both in both figures', () => {
  const cases = casesOf(
    groupsOf([
      ...arms({ camera: [30, 20], identity: [50, 35], central: [60, 41.5] }, 'scratch'),
      ...arms({ camera: [30, 20], identity: [28.5, 35], central: [60, 41] }, 'msmt17'),
    ]),
  )
  expect(cases.map(({ under, holds }) => [under, holds])).toEqual([
    ['msmt17', false],
    ['scratch', true],
  ])
  expect(findingLines(cases)).toEqual([
    expect.stringContaining('holds in 1 of 2 cases'),
    'msmt17, market: does not hold; by-camera trails by-identity by −1.5 / 15.0, centralised by 30.0 / 21.0',
    'scratch, market: holds; by-camera trails by-identity by 20.0 / 15.0, centralised by 30.0 / 21.5',
  ])
})

test('a difference within the seeds is told, and a data set that by-camera leaves whole does not count as split', () => {
  const clients = [['market'], ['market'], ['pku']]
  const of = (seed: number, mode: 'federated' | 'centralised', scenario: 'by-camera' | 'by-identity', rank1: number) =>
    resultOf({ seed, mode, scenario, clients, final: { market: [rank1, rank1], pku: [rank1, rank1] } })
  const cases = casesOf(
    groupsOf([
      of(1, 'federated', 'by-camera', 30),
      of(2, 'federated', 'by-camera', 34),
      of(1, 'federated', 'by-identity', 33),
      of(2, 'federated', 'by-identity', 37),
      of(1, 'centralised', 'by-camera', 50),
      of(2, 'centralised', 'by-camera', 60),
    ]),
  )
  const [summary, market, pku] = findingLines(cases)
  expect(summary).toContain('holds in 1 of 1 cases (first model × data set split by camera), in 2 of 2')
  expect(market).toContain('by-identity by 3.0 / 3.0 (seeds overlap), centralised by 23.0 / 23.0')
  expect(market).not.toContain('23.0 (seeds')
  expect(pku).toContain('one client under by-camera')
})

test('without the three arms nothing is found', () => {
  expect(findingLines(casesOf(groupsOf([resultOf({})])))).toEqual([])
})

test('curves have a panel for each first model, a band over seeds, and begin untrained where that was measured', () => {
  const charts = chartsOf(
    groupsOf([
      resultOf({ seed: 1, final: { market: [30, 20] } }),
      resultOf({ seed: 2, final: { market: [34, 21] } }),
      resultOf({ init: 'msmt17' }),
    ]),
  )
  expect(charts.map(({ name }) => name)).toEqual(['loss', 'rank-1-market', 'map-market'])
  expect(charts[0].chart.yLabel).toBe('training loss')
  const [loss, rank1] = charts.map(({ chart }) => chart.panels)
  expect(loss.map(({ title }) => title)).toEqual(['msmt17', 'scratch'])
  expect(loss[1].lines[0]).toEqual({
    name: 'federated by-camera',
    points: [
      { x: 1, y: 2.375, min: 2.25, max: 2.5 },
      { x: 2, y: 1.375, min: 1.25, max: 1.5 },
    ],
  })
  expect(rank1[1].lines[0].points).toEqual([
    { x: 0, y: 5, min: 5, max: 5 },
    { x: 2, y: 32, min: 30, max: 34 },
  ])
})

test('a labelled arm is a row by its label, and what it sets is no column', () => {
  const grouped = groupsOf([
    resultOf({ arm: 'FedPav' }),
    resultOf({ arm: 'FedPav', seed: 2 }),
    resultOf({ arm: 'long', local: { epochs: 3 } }),
  ])
  expect(grouped.columns).toEqual(['init', 'arm', 'mode', 'scenario'])
  expect(grouped.groups.map(({ key, runs }) => [key.get('arm'), runs.length])).toEqual([
    ['FedPav', 2],
    ['long', 1],
  ])
  expect([...grouped.settled].map(([label, values]) => [label, [...values]])).toEqual([
    ['FedPav', [['local.epochs', '1']]],
    ['long', [['local.epochs', '3']]],
  ])
  const [loss] = chartsOf(grouped)
  expect(loss.chart.panels[0].lines.map(({ name }) => name)).toEqual(['FedPav', 'long'])
})

test('by FedReID’s protocol a row has the mean of the three best rounds, and its own models beside', () => {
  const of = (rank1: number) => ({ market: { rank1, mAP: rank1 } })
  const plain = resultOf({})
  const [first, last] = plain.rounds
  const run = {
    ...plain,
    rounds: [
      { ...first, evaluation: of(60) },
      { ...last, evaluation: of(30), own: { 'client 0': of(10), 'client 1': of(20) } },
    ],
  }
  const means = (protocol: 'last' | 'best-of-three') =>
    rowsOf(groupsOf([run]), protocol)[0].figures.map(({ set, metric, spread }) => [set, metric, spread?.mean])
  expect(means('last')).toEqual([
    ['market', 'rank1', 30],
    ['market', 'mAP', 20],
    ['own models', 'rank1', 15],
    ['own models', 'mAP', 15],
  ])
  expect(means('best-of-three').slice(0, 2)).toEqual([
    ['market', 'rank1', 45],
    ['market', 'mAP', 45],
  ])
})
