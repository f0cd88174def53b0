import { describe, expect, test } from 'vitest'
import { byClient, groupSpans, namedGroups } from './groups.ts'
import { similarityRows } from './similarities.ts'
import { record } from './testing/records.ts'

const id = (letter: string): string => letter.repeat(32)
const model = (letter: string) => ({ sha256: letter.repeat(64), bytes: 8 })
const grouped = (round: number, ...groups: readonly string[]) =>
  record(round, {
    groups: groups.map((clients) => ({ clients: Array.from(clients, id), model: model(clients[0]) })),
  })
const seen = (records: Parameters<typeof namedGroups>[0]) =>
  [...namedGroups(records)].map(([session, groups]) => [
    session,
    groups.map(({ name, clients }) => `${name} ${clients.map((client) => client[0]).join('')}`),
  ])

describe('groups by round', () => {
  test('keep the name of that of the round before with which they share most clients', () => {
    const records = [
      grouped(1, 'abc', 'def'),
      // c changes sides and the order turns round: who is with most of the old group has its name.
      grouped(2, 'cdef', 'ab'),
      grouped(3, 'ab', 'cd', 'ef'),
    ]
    expect(seen(records)).toEqual([
      [1, ['A abc', 'B def']],
      [2, ['A ab', 'B cdef']],
      [3, ['A ab', 'B cd', 'C ef']],
    ])
    expect(
      namedGroups(records)
        .get(3)
        ?.map(({ colour }) => colour),
    ).toEqual([1, 2, 3])
  })

  test('a name that is free again is given anew, after Z come two letters', () => {
    expect(seen([grouped(1, 'ab', 'cd'), grouped(2, 'abcd'), grouped(3, 'ab', 'cd')])).toEqual([
      [1, ['A ab', 'B cd']],
      [2, ['A abcd']],
      [3, ['A ab', 'B cd']],
    ])
    const many = record(1, {
      groups: Array.from({ length: 28 }, (_, at) => ({
        clients: [at.toString(16).padStart(32, '0')],
        model: model('a'),
      })),
    })
    const names = [...namedGroups([many]).values()][0].map(({ name }) => name)
    expect([names[0], names[25], names[26], names[27]]).toEqual(['A', 'Z', 'AA', 'AB'])
  })

  test('rounds in a row with the same groups stand together; aborted ones and those without groups do not count', () => {
    const records = [
      grouped(1, 'ab', 'cd'),
      grouped(2, 'cd', 'ab'),
      record(3, { outcome: 'aborted' }),
      record(4, { round: 3 }),
      { ...grouped(5, 'ac', 'bd'), round: 4 },
    ]
    const spans = groupSpans(records)
    expect(spans.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [4, 4],
    ])
    expect(spans[1].groups.get(id('c'))?.name).toBe('A')
    expect(spans[1].groups.get(id('b'))?.name).toBe('B')
    expect(groupSpans([record(1, {})])).toEqual([])
  })
})

describe('similarities', () => {
  const clients = ['a', 'b', 'c', 'd'].map(id)
  // a is nearest to c, b to d.
  const values = [1, 0.2, 0.8, 0.4, 0.2, 1, 0.3, 0.6, 0.8, 0.3, 1, 0.5, 0.4, 0.6, 0.5, 1]
  const groups = byClient([...namedGroups([grouped(1, 'ac', 'bd')]).values()][0])
  const aliases = new Map(clients.map((client, at) => [client, `Camera ${at + 1}`]))
  const rows = similarityRows({ similarity: { clients, values } }, groups, (client) => aliases.get(client) ?? '')

  test('stand by group, then by alias, in rows and columns alike', () => {
    expect(rows.map(({ alias, group }) => `${group?.name} ${alias}`)).toEqual([
      'A Camera 1',
      'A Camera 3',
      'B Camera 2',
      'B Camera 4',
    ])
    expect(rows[0].cells.map(({ value }) => value)).toEqual([undefined, 0.8, 0.2, 0.4])
    expect(rows[2].cells.map(({ value }) => value)).toEqual([0.2, 0.3, undefined, 0.6])
  })

  test('name the nearest of each, which is why it is where it is', () => {
    const nearest = rows.map(({ cells }) => cells.findIndex((cell) => cell.nearest))
    expect(nearest).toEqual([1, 0, 3, 2])
  })

  test('are coloured from the least alike to the most; with two clients there is one figure', () => {
    expect(rows[0].cells.map(({ share }) => Number(share.toFixed(3)))).toEqual([0, 1, 0, 0.333])
    const two = similarityRows(
      { similarity: { clients: clients.slice(0, 2), values: [1, 0.5, 0.5, 1] } },
      groups,
      String,
    )
    expect(two.map(({ cells }) => cells.map(({ share }) => share))).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(similarityRows({ similarity: null }, groups, String)).toEqual([])
  })
})
