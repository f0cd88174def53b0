import { refusalCodes } from '@passerby/protocol'
import { expect, test } from 'vitest'
import { problemPage, type Problem } from './problem.ts'

const missing = { what: 'This browser has no WebAssembly SIMD.', next: 'Use another.' }
const problems: readonly Problem[] = [
  { kind: 'bad-link' },
  { kind: 'browser', missing },
  { kind: 'unreachable' },
  { kind: 'unexpected', message: 'It broke.' },
  ...[...refusalCodes, 'changed-key' as const, 'untrusted' as const, 'unsupported-browser' as const].map((code) => ({
    kind: 'refused' as const,
    refusal: { code, message: 'The reason.' },
  })),
]

test.each(problems)('every problem says what happened, what is safe and what to do: %j', (problem) => {
  const page = problemPage(problem)
  for (const words of [page.title, page.what, page.safe, page.next]) expect(words).not.toBe('')
})

test('a key that changed is only trusted by a person', () => {
  const page = problemPage({ kind: 'refused', refusal: { code: 'changed-key', message: '' } })
  expect(page.ways).toEqual(['trust'])
})

test.each(['bad-token', 'expired-token', 'revoked-token'] as const)('%s has a page of its own', (code) => {
  const page = problemPage({ kind: 'refused', refusal: { code, message: '' } })
  expect(page.next).toContain('new join link')
  expect(page.title).not.toBe(problemPage({ kind: 'refused', refusal: { code: 'internal', message: '' } }).title)
})

test('who was taken out reads by whom and why, and tries again once let in', () => {
  const message = 'The coordinator’s operator has taken this client out: wrong crops.'
  const page = problemPage({ kind: 'refused', refusal: { code: 'excluded', message } })
  expect(page.what).toBe(message)
  expect(page.next).toContain('Ask the operator')
  expect(page.ways).toEqual(['retry'])
})
