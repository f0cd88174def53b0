import { expect, test } from 'vitest'
import { parseExperiment } from './read.ts'

const HEAD = `name: rates
data: { folder: synthetic }
arms:
  - { mode: federated, scenario: by-camera }
  - { mode: centralised, scenario: by-camera }
`

/** The error's lines, without the file's name. */
function complaints(text: string): readonly string[] {
  try {
    parseExperiment(text, 'x.yaml')
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .split('\n')
      .map((line) => line.replace(/^x\.yaml:/, ''))
  }
  return []
}

test('arms, first models, grid and seeds are multiplied, all of one seed before the next', () => {
  const { runs } = parseExperiment(
    `${HEAD}seeds: [3, 4]
inits:
  - { label: scratch }
  - { label: small, settings: { local: { backbone: tiny, epochs: 2 } } }
settings: { rounds: 7, local: { epochs: 5 } }
grid: { local.backboneRate: [0.1, 0.2], local.epochs: [1, 2, 3] }`,
    'x.yaml',
  )
  expect(runs).toHaveLength(2 * 2 * 2 * 6)
  expect(new Set(runs.map(({ name }) => name)).size).toBe(runs.length)
  expect(runs[0].name).toBe('federated-by-camera_scratch_local.backboneRate=0.1_local.epochs=1_seed-3')
  expect(runs.slice(0, 24).every(({ seed, settings }) => seed === 3 && settings.seed === 3)).toBe(true)
  const last = runs[47]
  expect(last).toMatchObject({ mode: 'centralised', seed: 4, grid: { 'local.backboneRate': 0.2, 'local.epochs': 3 } })
  expect(last.settings).toMatchObject({
    rounds: 7,
    cohort: { minClients: 1, fraction: 1 },
    local: { backbone: 'tiny', backboneRate: 0.2, epochs: 3, validation: 0, batchSize: 32 },
  })
})

test('what the settings’ own schema refuses is told at its line, wherever it was set', () => {
  expect(complaints(`${HEAD}settings:\n  rounds: 5\n  local:\n    epochs: 500`)).toEqual([
    '9: settings.local.epochs: at most 100 is possible, not 500',
  ])
  expect(complaints(`${HEAD}grid:\n  local.epochs:\n    - 1\n    - many`)).toEqual([
    '9: settings.local.epochs: a number is needed, not "many"',
  ])
  expect(complaints(`${HEAD}inits:\n  - label: a\n    settings:\n      local: { backbone: resnet }`)).toEqual([
    expect.stringMatching(/^9: settings.local.backbone: one of tiny, osnet_x0_25, .* is needed/),
  ])
})

test('a misspelt field is refused with those that there are, not passed over', () => {
  expect(complaints(`${HEAD}settings:\n  local:\n    learningRate: 0.1`)).toEqual([
    expect.stringMatching(
      /^8: settings.local.learningRate: there is no 'learningRate' here; there are backbone, .*backboneRate/,
    ),
  ])
  expect(complaints(`${HEAD}seed: 4`)).toEqual([expect.stringMatching(/^6: seed: /)])
})

test('two runs of one name, which would write one folder at once, are refused at what is there twice', () => {
  const twice = (name: string) => `two runs would be called ${name}: leave out or rename what is there twice`
  expect(complaints(`${HEAD}  - { mode: federated, scenario: by-camera }`)).toEqual([
    `6: ${twice('federated-by-camera_scratch_seed-1')}`,
  ])
  const rates = `${HEAD}seeds: [1, 2]\ngrid:\n  local.backboneRate:\n    - 0.05\n    - 0.1\n    - 0.050`
  expect(complaints(rates)).toEqual(
    ['federated', 'centralised'].map(
      (mode) => `11: ${twice(`${mode}-by-camera_scratch_local.backboneRate=0.05_seed-1`)}`,
    ),
  )
  const alike = `${HEAD}grid:\n  description:\n    - a b\n    - a  b`
  expect(complaints(alike)[0]).toBe(`9: ${twice('federated-by-camera_scratch_description=_a_b_seed-1')}`)
})

test('what an experiment decides otherwise is not for the settings', () => {
  expect(complaints(`${HEAD}settings: { seed: 4 }`)).toEqual([expect.stringContaining('listed under `seeds`')])
  expect(complaints(`${HEAD}settings:\n  cohort:\n    fraction: 0.5`)).toEqual([
    expect.stringMatching(/^5: .*use fraction 1/),
  ])
})

test('all that is wrong is told at once, by line', () => {
  const wrong = complaints(`name: ''
data: { folder: synthetic, images: 0 }
arms:
  - { mode: alone, scenario: by-camera }
inits: [{ label: a }, { label: a }]`)
  expect(wrong.map((line) => line.split(':')[0])).toEqual(['1', '2', '4', '5'])
  expect(wrong[2]).toContain('one of federated, standalone, centralised is needed, not "alone"')
})

test('no YAML, no experiment', () => {
  expect(complaints('name: [1')).toEqual([expect.stringMatching(/^1: /)])
  expect(complaints('')).toEqual([expect.stringMatching(/^1: /)])
})

test('an arm has a label and settings of its own, checked by the schema at its line, and named in its folder', () => {
  const { runs } = parseExperiment(
    `${HEAD}  - label: FedPav & CDW
    mode: federated
    scenario: by-camera
    settings: { strategy: { weighting: cosine-features }, local: { epochs: 3 } }
inits: [{ label: scratch, settings: { local: { epochs: 2, batchSize: 8 } } }]`,
    'x.yaml',
  )
  expect(runs.map(({ name, arm }) => [name, arm])).toEqual([
    ['federated-by-camera_scratch_seed-1', ''],
    ['centralised-by-camera_scratch_seed-1', ''],
    ['FedPav_CDW_scratch_seed-1', 'FedPav & CDW'],
  ])
  expect(runs.map(({ settings }) => settings.local.epochs)).toEqual([2, 2, 3])
  expect(runs[2].settings).toMatchObject({
    strategy: { name: 'fedpav', weighting: 'cosine-features', statistics: 'average' },
    local: { batchSize: 8 },
  })
  const wrong = (settings: string) =>
    complaints(
      `${HEAD}  - label: other\n    mode: federated\n    scenario: by-camera\n    settings:\n      ${settings}`,
    )
  expect(wrong('strategy: { weighting: none }')).toEqual([expect.stringMatching(/^10: settings.strategy.weighting: /)])
  expect(wrong('strategy: { name: fedprox, weighting: images }')).toEqual([
    expect.stringMatching(/^10: settings.strategy.weighting: there is no 'weighting' here; there are name, /),
  ])
  expect(complaints(`${HEAD}  - { label: federated-by-camera, mode: standalone, scenario: by-camera }`)).toEqual([
    expect.stringContaining('two runs would be called federated-by-camera_scratch_seed-1'),
  ])
})

test('clients have equal sizes or natural ones', () => {
  const data = (more: string) => HEAD.replace('folder: synthetic', `folder: synthetic, ${more}`)
  expect(complaints(data('images: 20, share: 0.5'))).toEqual([expect.stringMatching(/^2: .*give images or share/)])
  expect(complaints(data('public: 1.5'))).toEqual([expect.stringMatching(/^2: .*A whole number, or a share below 1/)])
})

test('a slip of the fingers is told once, with what was meant', () => {
  expect(complaints(`${HEAD}arm: []\n`)).toEqual(["6: arm: there is no 'arm' here; did you mean arms?"])
  expect(complaints(HEAD.replace('folder:', 'folder: x, imags: 3, clients:'))).toContain(
    "2: data.imags: there is no 'imags' here; did you mean images?",
  )
  expect(complaints(`${HEAD}grid: { local.loss.tripet: [1, 2, 3] }`)).toEqual([
    "6: settings.local.loss.tripet: there is no 'tripet' here; did you mean triplet?",
  ])
  expect(complaints(`${HEAD}settings: { local: { input: { height: 60 } } }`)).toEqual([
    '6: settings.local.input.height: a multiple of 16 is needed, not 60',
    '6: settings.local.input.width: is needed',
  ])
})
