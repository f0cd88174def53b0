import { expect, test } from 'vitest'
import { readJoinLink } from './link.ts'

const key = 'A'.repeat(43)
const link = (rest: string) => readJoinLink(new URL(`https://example.org${rest}`))

test('a whole link is read, its token as it stands', () => {
  const read = link(`/join/city-walk#k=${key}&t=a.b-c_d`)
  expect(read).toEqual({ federation: 'city-walk', fingerprint: key, token: 'a.b-c_d', plain: false })
  expect(link(`/join/city-walk?plain#k=${key}&t=a`)?.plain).toBe(true)
})

test.each([
  ['no fragment', '/join/city-walk'],
  ['a token missing', `/join/city-walk#k=${key}`],
  ['a fingerprint cut off', `/join/city-walk#k=${key.slice(1)}&t=a`],
  ['no federation', `/join/#k=${key}&t=a`],
  ['a federation that is none', `/join/City%20Walk#k=${key}&t=a`],
])('%s makes it no link', (_, rest) => expect(link(rest)).toBeUndefined())
