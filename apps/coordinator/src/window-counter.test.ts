import { expect, test } from 'vitest'
import { windowCounter } from './window-counter.ts'

test('P3 the 201st request within a second is one too many, the next second is a new one', () => {
  const mayAsk = windowCounter(200, 1_000)
  expect(Array.from({ length: 200 }, (_, i) => mayAsk(5_000 + i)).every(Boolean)).toBe(true)
  expect(mayAsk(5_999)).toBe(false)
  expect(mayAsk(6_000)).toBe(true)
})
