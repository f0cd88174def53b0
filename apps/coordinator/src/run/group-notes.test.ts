import { expect, test } from 'vitest'
import { notesOfGroups } from './group-notes.ts'

const groups = (...of: readonly (readonly string[])[]) => of.map((clients) => ({ clients }))
const how = { round: 3, nameOf: (client: string) => client.toUpperCase() }

test('R11 the operator reads who is with whom when that changes, and only then', () => {
  const before = groups(['a', 'c'], ['b', 'd'])
  expect(notesOfGroups([], before, how).map(({ message }) => message)).toEqual(['Round 3: 2 groups: A, C · B, D'])
  // The order of groups says nothing.
  expect(notesOfGroups(before, groups(['b', 'd'], ['a', 'c']), how)).toEqual([])
  const together = groups(['a', 'b', 'c', 'd'])
  expect(notesOfGroups(before, together, how).map(({ message }) => message)).toEqual(['Round 3: 1 group: A, B, C, D'])
  expect(notesOfGroups([], [], how)).toEqual([])
})
