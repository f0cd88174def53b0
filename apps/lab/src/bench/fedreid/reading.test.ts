import { FederationSettings, parse } from '@passerby/protocol'
import { expect, test } from 'vitest'
import { parseExperiment } from '../../experiment/read.ts'
import type { RunResult } from '../../experiment/result.ts'
import { pageOf } from './page.ts'
import { rankCorrelation, readingOf } from './reading.ts'
import { summaryOf } from './summary.ts'
import { chartsOf } from './curves.ts'
import { gainsTable } from './tables.ts'

const LABELS = ['FedPav', 'CDW (features)', 'CDW (logits)', 'CC', 'KD', 'FedNova', 'standalone', 'centralised']
const clients = [
  { name: 'large', sets: ['market'], images: 300, identities: 30 },
  { name: 'middle', sets: ['market'], images: 100, identities: 10 },
  { name: 'small', sets: ['pku'], images: 20, identities: 4 },
]

interface Told {
  readonly seed?: number
  /** Global rank-1 by round. */
  readonly global?: readonly number[]
  /** Rank-1 of own models in the last round, by client. */
  readonly own?: readonly [number, number, number]
}

function resultOf(arm: string, { seed = 1, global = [], own }: Told): RunResult {
  const settings = parse(FederationSettings, { name: 'x', seed, rounds: 4 })
  if (!settings.ok) throw new RangeError(settings.refusal.message)
  const figures = (rank1: number) => ({ rank1, mAP: rank1 })
  const everywhere = (rank1: number) => ({ market: figures(rank1), pku: figures(rank1) })
  const mode = arm === 'standalone' || arm === 'centralised' ? arm : 'federated'
  return {
    experiment: 'by hand',
    run: `${arm} ${seed}`,
    fingerprint: '',
    arm,
    mode,
    scenario: 'by-camera',
    init: 'scratch',
    seed,
    grid: {},
    settings: settings.value,
    data: {},
    clients: mode === 'centralised' ? [{ name: 'all', sets: ['market', 'pku'], images: 420, identities: 44 }] : clients,
    sets: ['market', 'pku'].map((name) => ({ name, query: 400, gallery: 900 })),
    publicImages: 8,
    imagePasses: 1680,
    startedAt: 0,
    seconds: 1,
    initial: everywhere(1),
    rawPixels: everywhere(2),
    rounds: [1, 2, 3, 4].map((round) => ({
      round,
      clients: 3,
      images: 420,
      loss: 5 - round,
      bytesUp: 0,
      bytesDown: 0,
      seconds: 1,
      shares:
        arm === 'CDW (features)' ? { large: 0.3, middle: 0.3, small: 0.4 } : { large: 0.5, middle: 0.3, small: 0.2 },
      ...(arm === 'CC' && { groups: [['large', 'middle'], ['small']] }),
      evaluation: global.length > 0 ? everywhere(global[round - 1]) : null,
      ...(round === 4 &&
        own && {
          own: Object.fromEntries(clients.map(({ name, sets }, at) => [name, { [sets[0]]: figures(own[at]) }])),
        }),
    })),
    final: everywhere(global.at(-1) ?? 0),
  }
}

const results = [
  resultOf('FedPav', { global: [10, 20, 30, 20], own: [20, 20, 50] }),
  resultOf('FedPav', { global: [10, 22, 30, 20], own: [22, 20, 50], seed: 2 }),
  resultOf('CDW (features)', { own: [31, 24, 56] }),
  resultOf('CDW (features)', { own: [30, 26, 60], seed: 2 }),
  resultOf('CDW (logits)', { own: [20, 20, 51] }),
  resultOf('CDW (logits)', { own: [22, 20, 50], seed: 2 }),
  resultOf('CC', { own: [20, 10, 30] }),
  resultOf('KD', { global: [20, 21, 22, 21], own: [20, 20, 50] }),
  resultOf('FedNova', { own: [40, 40, 60] }),
  resultOf('standalone', { own: [40, 25, 10] }),
  resultOf('centralised', { global: [60, 60, 60, 60] }),
]
const summary = summaryOf(results, LABELS)
const reading = readingOf(summary).join('\n')

test('what beats FedPav is told from the means over clients, by the best of three', () => {
  // Own models of FedPav: seeds (20 + 20 + 50) / 3 = 30 and 30.67; of CDW 37 and 38.67.
  expect(reading).toContain('CDW (features) beats FedPav on the clients’ own models: 37.8 against 30.3, +7.5 points.')
  // Seeds of 30.3 and 30.7 against 30.0 and 30.7.
  expect(reading).toContain(
    'CDW (logits) is ahead of FedPav on the clients’ own models: 30.5 against 30.3, +0.2 points (within the seeds).',
  )
  expect(reading).toContain(
    'CC does not beat FedPav on the clients’ own models: 20.0 against 30.3, −10.3 points (one seed).',
  )
  // Global: (30 + 20 + 20) / 3 and (30 + 22 + 20) / 3 against (22 + 21 + 21) / 3.
  expect(reading).toContain('KD does not beat FedPav on the global model: 21.3 against 23.7, −2.3 points')
  expect(reading).toMatch(/KD’s curve is smoother than FedPav’s: .* 0.82 against 8.2\d points/)
})

test('where clients share data sets, each of these is counted once beside', () => {
  // Own models of CDW: market (30.5 + 25) / 2 and pku 58; of FedPav (21 + 20) / 2 and 50.
  expect(reading).toContain('+7.5 points. With each of the 2 data sets counted once, 42.9 against 35.3, +7.6 points.')
  // Seeds of 41.75 and 44 against 35 and 35.5.
  const apart = results.map((result) => ({
    ...result,
    clients: result.clients.map((client) => (client.name === 'middle' ? { ...client, sets: ['partial'] } : client)),
  }))
  expect(readingOf(summaryOf(apart, LABELS)).join('\n')).not.toContain('counted once')
})

test('where a weighting moves weight to, and what that does there', () => {
  expect(reading).toContain(
    'CDW (features) takes weight from market (80.0 % of the average, then 60.0 %) and gives it to pku (20.0 % of the average, then 40.0 %): beside FedPav’s, own models are +7.3 points on the former and +8.0 points on the latter.',
  )
  expect(reading).not.toContain('CDW (logits) takes weight')
})

test('the paper’s order is held against ours, and where they differ clearly it is named', () => {
  // The paper: CDW, FedPav, FedNova, CC. Ours: FedNova, CDW, FedPav, CC: FedNova passes two of its six pairs.
  expect(reading).toContain('ranks by the mean gain of own models: 6. In the same order here: 4. ')
  expect(reading).toContain(
    'best first: CDW (features), FedPav, FedNova, CC. Ours: FedNova, CDW (features), FedPav, CC.',
  )
  expect(reading).toContain('The paper has one CDW: CDW (features) stands for it here, and CDW (logits) is not ranked.')
})

test('models that are measured in other rounds than each other are compared by the last', () => {
  // Last rounds: 60 against 20 and 20; by the best of three FedPav would have 23.3 and 24.
  expect(reading).toContain(
    'Mean rank-1 in the last round of a centralised learner less that of FedPav’s global model: +40.0 points here (one seed)',
  )
  expect(reading).toContain('over the last 4 rounds its global rank-1')
})

test('who gains over standalone is told by client, and whether the small ones do', () => {
  expect(reading).toContain('gain over standalone for 1 of 3 clients (small)')
  expect(reading).toContain(
    'the rank correlation is −1.00 here and −0.70 in the paper: here too weak, or of too few clients, to tell. ',
  )
  expect(reading).toContain('The largest client has 15 times the images of the smallest here, 132 times in the paper.')
  expect(gainsTable(summary, 'best-of-three')[3]).toBe('| FedPav | −19.0 | −5.0 | +40.0 | +5.3 | +6.8 |')
  expect(rankCorrelation([1, 2, 3], [5, 5, 9])).toBeCloseTo(Math.sqrt(3) / 2)
})

test('what sizes hardly rank, or do not rank at all, is no agreement', () => {
  const alike = results.map((result) => ({
    ...result,
    clients: result.clients.map((client) => ({ ...client, images: client.name === 'large' ? 300 : 20 })),
  }))
  const told = (own: readonly [number, number, number]) =>
    readingOf(
      summaryOf([...alike.filter(({ arm }) => arm !== 'standalone'), { ...resultOf('standalone', { own }) }], LABELS),
    ).join('\n')
  // Gains of −19, −5 and +40: ranks 1, 2, 3 beside sizes of 3, 1.5, 1.5: −1.5 / √3.
  expect(told([40, 25, 10])).toMatch(
    /is −0\.87 here .* too few clients, to tell\. .*; 2 clients share the smallest size/,
  )
  // Gains of −19, +40 and −30: ranks 2, 3, 1, so 0.
  expect(told([40, -20, 80])).toMatch(/is .0\.00 here and −0\.70 in the paper: here too weak, /)
})

test('of five clients a rank correlation of 0.9 is an agreement, and one of 0.8 none', () => {
  const five = [500, 400, 300, 200, 100].map((images, at) => ({
    name: `client ${at}`,
    sets: ['market'],
    images,
    identities: 10,
  }))
  const arm = (label: string, own: readonly number[]): RunResult => {
    const result = resultOf(label, {})
    const figures = own.map((rank1, at) => [`client ${at}`, { market: { rank1, mAP: rank1 } }] as const)
    const rounds = result.rounds.map((round) => ({ ...round, own: Object.fromEntries(figures) }))
    return { ...result, clients: five, rounds }
  }
  const told = (own: readonly number[]) =>
    readingOf(summaryOf([arm('FedPav', own), arm('standalone', [0, 0, 0, 0, 0])], LABELS)).join('\n')
  expect(told([1, 2, 3, 5, 4])).toMatch(/is −0\.90 here .*: the same direction\. /)
  expect(told([5, 4, 3, 1, 2])).toMatch(/is \+0\.90 here .*: the other direction\. /)
  expect(told([2, 1, 3, 5, 4])).toMatch(/is −0\.80 here .*: here too weak, /)
})

test('how often an arm beats another by chance is said of so many seeds', () => {
  expect(reading).toContain('of arms that are as good, one in 6 does so by chance')
  const three = [1, 2, 3].map((seed) => resultOf('FedPav', { own: [20, 20, 50], seed }))
  expect(readingOf(summaryOf(three, LABELS)).join('\n')).toContain('one in 20 does so by chance')
})

test('the page has every arm, what is missing, and curves of what was measured', () => {
  const read = parseExperiment(
    `name: by hand\ndescription: KD was tuned.\ndata: { folder: synthetic }\narms: [{ mode: federated, scenario: by-camera }]\nsettings: { rounds: 4 }`,
    'x.yaml',
  )
  const charts = chartsOf(summary).map((chart) => ({ ...chart, path: `${chart.name}.svg` }))
  const page = pageOf([{ file: 'x.yaml', read, summary, charts, missing: ['CC seed-2'] }], {
    command: 'lab',
    versions: [],
  })
  for (const label of LABELS) expect(page).toContain(`\n| ${label} |`)
  expect(page).toContain('\n## by hand\n\nKD was tuned.\n\n`x.yaml`: 4 rounds')
  expect(page).toContain('**Not played: CC seed-2.**')
  expect(page).toContain('![Global model](global.svg)')
  expect(page).toContain('| large | – | 100.0 % | 0.0 % |')
  const [global] = charts
  expect(global.chart.panels.map(({ lines }) => lines.map(({ name }) => name))).toEqual([
    ['FedPav', 'KD'],
    ['FedPav', 'centralised'],
  ])
  expect(global.chart.panels[0].lines[0].points[1]).toEqual({ x: 2, y: 21, min: 20, max: 22 })
})
