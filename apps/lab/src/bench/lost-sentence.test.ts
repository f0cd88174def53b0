import { expect, test } from 'vitest'
import { lostSentence } from './lost-sentence.ts'

test('what a bench says at its end: what died, what was measured, and what was not', () => {
  const parts = ['comparison', 'threads', 'soak', 'curves']
  const said = lostSentence(new Error('The page died'), { parts, at: 2 })
  expect(said).toMatch(
    /^The page died\. Measured before it: comparison, threads; until it: soak; not any more: curves\./,
  )
  expect(lostSentence(new Error('It'), { parts: ['soak'], at: 0 })).toMatch(
    /before it: nothing; .* any more: nothing\./,
  )
})
