import { defaultsOf } from '@passerby/federation'
import { describe, expect, test } from 'vitest'
import { aboutStrategy } from '../../ui/about-strategy.ts'
import { adviceOn } from './form-advice.ts'
import { defaultOf, defaultSettings, draftOf, settingsOf } from './form-draft.ts'
import { askedFields, draftKey } from './form-field.ts'
import { allFields, fieldsOf } from './form-fields.ts'
import { strategyGroups, strategyNames } from './strategy-fields.ts'

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
  test.each(strategyNames)('asks for every setting of a federation by %s, each once', (name) => {
    const paths = fieldsOf(name).map(({ path }) => path)
    expect([...paths].sort()).toEqual(leaves({ ...defaultSettings, strategy: defaultsOf(name) }).sort())
  })

  test.each(strategyNames)('has words for all that %s asks for', (name) => {
    const fields = strategyGroups[name].flatMap(({ fields }) => fields)
    const wordless = fields.filter(
      ({ path, label, sentence, options = [] }) =>
        !sentence || path.endsWith(`.${label}`) || options.some(({ value, label }) => value === label),
    )
    expect(wordless.map(({ path }) => path)).toEqual([])
    expect(strategyGroups[name].slice(1).every(({ title, sentence }) => title && sentence)).toBe(true)
    expect(aboutStrategy(name).sentence).not.toBe('')
  })

  test.each(strategyNames)('of %s untouched gives that one’s defaults, whatever stands in the others', (name) => {
    const foreign = allFields.filter(({ of, kind }) => of && of !== name && kind === 'number')
    const drafted = settingsOf({
      ...draft,
      ...Object.fromEntries(foreign.map((field) => [draftKey(field), 'no number'])),
      'strategy.name': name,
    })
    expect(drafted).toMatchObject({ ok: true, settings: { strategy: defaultsOf(name) } })
  })

  test('asks no more of a group that is switched off', () => {
    const [, clustering] = strategyGroups.fedpav
    expect(clustering.title).toBe('Client clustering')
    const asked = (by: string) => askedFields(clustering, () => by).map(({ path }) => path)
    expect(asked('off')).toEqual(['strategy.clustering.by'])
    expect(asked('averaged')).toEqual(['strategy.clustering.by', 'strategy.clustering.images'])
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
    ['strategy.clustering.images', '1', 'At least 2.'],
    ['strategy.distillation.rate', 'x', 'This is not a number.'],
  ])('%s of %j is refused at its field: %s', (path, text, sentence) => {
    const field = fieldsOf('fedpav').find((one) => one.path === path)
    expect(errorsOf({ [field ? draftKey(field) : '']: text })).toEqual({ [path]: sentence })
  })

  test('explains a refused combination at the field to change', () => {
    expect(Object.keys(errorsOf({ 'local.momentum': '0' }))).toEqual(['local.nesterov'])
    expect(errorsOf({ 'local.loss.triplet': '1' })).toEqual({
      'local.sampling.by': 'Triplets need several images of an identity in every batch: make batches by identity.',
    })
    expect(Object.keys(errorsOf({ 'local.input.height': '32', 'local.pad.height': '32' }))).toEqual([
      'local.pad.height',
    ])
  })

  test('explains at the strategy’s own fields what does not go together there', () => {
    expect(
      errorsOf({
        'fedpav/strategy.clustering.by': 'flattened',
        'fedpav/strategy.distillation.teachers': 'private',
      }),
    ).toEqual({
      'strategy.distillation.teachers':
        'Clustering makes several models and distillation teaches one: switch one of the two off.',
    })
    expect(Object.keys(errorsOf({ 'strategy.name': 'fednova', 'local.optimiser': 'adam' }))).toEqual(['strategy.name'])
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
    const grouped = settingsOf({
      ...draft,
      'fedpav/strategy.clustering.by': 'averaged',
      'fedpav/strategy.weighting': 'cosine-logits',
      'local.batchSize': '4',
    })
    expect(grouped.ok && [...adviceOn(grouped.settings).keys()].sort()).toEqual([
      'strategy.clustering.by',
      'strategy.weighting',
    ])
    const fast = settingsOf({ ...draft, 'local.optimiser': 'adam', 'local.schedule.warmUp': '40' })
    expect(fast.ok && [...adviceOn(fast.settings).keys()].sort()).toEqual([
      'local.backboneRate',
      'local.schedule.warmUp',
    ])
  })
})
