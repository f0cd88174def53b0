import { describe, expect, test } from 'vitest'
import { adviceOn, defaultOf, defaultSettings, draftOf, settingsOf } from './form-draft.ts'
import { allFields } from './form-fields.ts'

const draft = { ...draftOf(defaultSettings), name: 'Two stations' }
const errorsOf = (change: Record<string, string | boolean>) => {
  const drafted = settingsOf({ ...draft, ...change })
  return drafted.ok ? {} : Object.fromEntries(drafted.errors)
}

/** Dot paths of everything that can be set; lists are one setting. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
}

describe('the form of a new federation', () => {
  test('asks for every setting but the only strategy there is, each once', () => {
    const paths = allFields.map(({ path }) => path)
    expect([...paths, 'strategy.name'].sort()).toEqual(leaves(defaultSettings).sort())
  })

  test('untouched but for the name, gives the schema’s defaults', () => {
    expect(settingsOf(draft)).toEqual({ ok: true, settings: { ...defaultSettings, name: 'Two stations' } })
    expect(errorsOf({ name: ' ' })).toEqual({ name: 'A federation needs a name.' })
  })

  test('reads percentages, lists, switches and a decimal comma', () => {
    const drafted = settingsOf({
      ...draft,
      'cohort.fraction': '35',
      'local.schedule.milestones': '28, 36',
      'local.flip': false,
      'local.backboneRate': '0,01',
    })
    expect(drafted).toMatchObject({
      ok: true,
      settings: {
        cohort: { fraction: 0.35 },
        local: { schedule: { milestones: [28, 36] }, flip: false, backboneRate: 0.01 },
      },
    })
  })

  test.each([
    ['rounds', '', 'A number is needed.'],
    ['rounds', 'forty', 'This is not a number.'],
    ['rounds', '1.5', 'A whole number is needed.'],
    ['rounds', '0', 'At least 1.'],
    ['cohort.fraction', '120', 'At most 100 %.'],
    ['local.input.height', '100', 'A multiple of 16.'],
    ['local.schedule.milestones', '28, x', 'This is not a number.'],
    ['local.schedule.milestones', '36, 28', 'In ascending order, each once.'],
    ['local.pad.height', '128', 'At most 64.'],
    ['description', 'x'.repeat(501), 'At most 500 characters.'],
  ])('%s of %j is refused at its field: %s', (path, text, sentence) =>
    expect(errorsOf({ [path]: text })).toEqual({ [path]: sentence }),
  )

  test('explains a refused combination at the field to change', () => {
    expect(Object.keys(errorsOf({ 'local.momentum': '0' }))).toEqual(['local.nesterov'])
    expect(errorsOf({ 'local.loss.triplet': '1' })).toEqual({
      'local.sampling.by': 'Triplets need several images of an identity in every batch: make batches by identity.',
    })
    expect(Object.keys(errorsOf({ 'local.input.height': '32', 'local.pad.height': '32' }))).toEqual([
      'local.pad.height',
    ])
  })

  test('shows defaults with their units', () => {
    const field = (path: string) => allFields.find((one) => one.path === path) ?? allFields[0]
    expect(defaultOf(field('cohort.fraction'))).toBe('100 %')
    expect(defaultOf(field('local.nesterov'))).toBe('on')
    expect(defaultOf(field('local.averagePrecision'))).toBe('Plain (rectangle rule)')
  })

  test('advises on what is allowed and hardly meant', () => {
    expect(adviceOn(defaultSettings).size).toBe(0)
    const late = settingsOf({ ...draft, rounds: '20', 'local.schedule.milestones': '28' })
    expect(late.ok && adviceOn(late.settings).get('local.schedule.milestones')).toMatch(
      /^Round 28 comes after the last, 20/,
    )
    const alone = { 'local.loss.identity': '0', 'local.loss.triplet': '1', 'local.sampling.by': 'identity' }
    const single = settingsOf({ ...draft, ...alone })
    expect(single.ok && [...adviceOn(single.settings).keys()]).toEqual(['local.loss.triplet'])
    const fast = settingsOf({ ...draft, 'local.optimiser': 'adam', 'local.schedule.warmUp': '40' })
    expect(fast.ok && [...adviceOn(fast.settings).keys()].sort()).toEqual([
      'local.backboneRate',
      'local.schedule.warmUp',
    ])
  })
})
