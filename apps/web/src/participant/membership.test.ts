import { expect, test } from 'vitest'
import { parseMembership } from './membership.ts'

test('what was written is read', () => {
  const membership = { alias: 'Site A', training: true, paused: false, awake: true, backend: 'wasm', threads: 3 }
  expect(parseMembership(JSON.stringify(membership))).toEqual(membership)
})

test.each([0, -1, 1.5, '2', null])('%s is no number of threads', (threads) => {
  expect(parseMembership(JSON.stringify({ alias: 'Site A', threads }))?.threads).toBeUndefined()
})

test.each([null, '', 'no JSON', '7', 'null', '{}', '{"alias":""}', '{"alias":7}'])('%s is none', (json) => {
  expect(parseMembership(json)).toBeUndefined()
})
