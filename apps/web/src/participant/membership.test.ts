import { expect, test } from 'vitest'
import { parseMembership } from './membership.ts'

test('what was written is read', () => {
  const membership = { alias: 'Site A', training: true, paused: false, awake: true, backend: 'wasm' }
  expect(parseMembership(JSON.stringify(membership))).toEqual(membership)
})

test.each([null, '', 'no JSON', '7', 'null', '{}', '{"alias":""}', '{"alias":7}'])('%s is none', (json) => {
  expect(parseMembership(json)).toBeUndefined()
})
