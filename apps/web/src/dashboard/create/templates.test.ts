import { describe, expect, test } from 'vitest'
import { defaultDraft, settingsOf } from './form-draft.ts'
import { filledIn, templates } from './templates.ts'

const typed = { ...defaultDraft, name: 'Two stations', description: 'Run by us.', rounds: '7', 'local.batchSize': 'x' }

describe.each(templates)('the template $name', (template) => {
  test('keeps what names and describes a federation, and can be created as it is', () => {
    const drafted = settingsOf(filledIn(template, typed))
    expect(drafted.ok).toBe(true)
    expect(drafted).toMatchObject({ settings: { name: 'Two stations', description: 'Run by us.' } })
  })
})

test('the first template is the form as it starts', () => {
  expect(filledIn(templates[0], typed)).toEqual({ ...defaultDraft, name: 'Two stations', description: 'Run by us.' })
})

test('the scenarios have FedReID’s hyper-parameters (ALGORITHMS 2.8)', () => {
  for (const template of templates.slice(1))
    expect(settingsOf(filledIn(template, typed))).toMatchObject({
      settings: {
        rounds: 300,
        evaluateEvery: 10,
        strategy: { name: 'fedpav' },
        cohort: { fraction: 1 },
        local: {
          epochs: 1,
          batchSize: 32,
          headRate: 0.05,
          backboneRate: 0.005,
          momentum: 0.9,
          nesterov: true,
          weightDecay: 5e-4,
          dropout: 0.5,
          labelSmoothing: 0,
          averagePrecision: 'trapezoid',
        },
      },
    })
})
