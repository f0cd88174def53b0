import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { edgeNotices, edgeRequests } from './edge.ts'
import { operatorRequests } from './operator.ts'
import { Refusal, parse } from './refusal.ts'
import { FederationSettings } from './settings.ts'

const evaluated = {
  round: 3,
  model: 'global',
  evaluation: { rank1: 20, rank5: 40, rank10: 60, mAP: 11.5, queries: 12, seconds: 0.25 },
}

test('P2: a well-formed message passes', () => {
  expect(parse(edgeRequests.evaluated, evaluated)).toEqual({ ok: true, value: evaluated })
})

test('P2: an unknown field is refused, so nothing travels beside the protocol', () => {
  for (const smuggled of [
    { ...evaluated, note: 'x' },
    { ...evaluated, evaluation: { ...evaluated.evaluation, names: ['0002'] } },
  ])
    expect(parse(edgeRequests.evaluated, smuggled)).toMatchObject({ ok: false, refusal: { code: 'malformed' } })
})

test('P2: a refusal names the field and never its content', () => {
  const reply = parse(edgeRequests.evaluated, { ...evaluated, round: 'secret' })
  expect(reply).toEqual({
    ok: false,
    refusal: { code: 'malformed', message: "field 'round' is not as the protocol says" },
  })
})

test('P2: whatever is sent, parsing answers and never throws', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values({ ...edgeRequests, ...operatorRequests })),
      fc.anything(),
      (schema, message) => {
        expect(typeof parse<v.GenericSchema>(schema, message).ok).toBe('boolean')
      },
    ),
  )
})

test('J9: a client is taken out by its id, with a reason that may be empty but not long', () => {
  const about = { federation: 'campus-1', client: 'a'.repeat(32) }
  expect(parse(operatorRequests.exclude, { ...about, reason: '' }).ok).toBe(true)
  expect(parse(operatorRequests.readmit, about).ok).toBe(true)
  for (const [field, wrong] of [
    ['client', { ...about, client: 'Anna', reason: '' }],
    ['reason', { ...about, reason: 'x'.repeat(201) }],
  ] as const)
    expect(parse(operatorRequests.exclude, wrong)).toMatchObject({
      refusal: { code: 'malformed', message: `field '${field}' is not as the protocol says` },
    })
  expect(parse(operatorRequests.readmit, { ...about, reason: '' }).ok).toBe(false)
})

test('J9: who is taken out hears it in the words of a refusal', () => {
  const message = 'The coordinator’s operator has taken this client out: wrong crops'
  expect(parse(edgeNotices.dismissed, { code: 'excluded', message }).ok).toBe(true)
  expect(parse(Refusal, { code: 'excluded', message }).ok).toBe(true)
})

test('settings: a name is all that is needed; the rest has defaults', () => {
  const settings = v.parse(FederationSettings, { name: ' Campus ' })
  expect(settings).toMatchObject({
    name: 'Campus',
    rounds: 40,
    strategy: { name: 'fedpav', statistics: 'average' },
    cohort: { minClients: 2, fraction: 1, deadlineSeconds: 600, graceSeconds: 30 },
    local: {
      backbone: 'osnet_x0_25',
      input: { height: 128, width: 64 },
      batchSize: 32,
      momentum: 0.9,
      schedule: { factor: 0.1 },
    },
  })
})

test('settings: bounds are named at the field', () => {
  expect(parse(FederationSettings, { name: 'x', local: { input: { height: 100, width: 64 } } })).toMatchObject({
    refusal: { message: "field 'local.input.height' is not as the protocol says" },
  })
})
