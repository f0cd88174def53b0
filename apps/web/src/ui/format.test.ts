import { describe, expect, test } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatFigure,
  formatFraction,
  formatPercent,
  formatSeconds,
  formatTimeLeft,
  plural,
} from './format.ts'

describe('numbers as people read them', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '0.1 MB'],
    [814_288, '0.8 MB'],
    [999_949_999, '999.9 MB'],
    [999_950_000, '1.00 GB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  test.each([
    [0.421, '0.42 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.6, '1 min'],
    [80, '1 min 20 s'],
    [600, '10 min'],
    [725, '12 min'],
    [3_900, '1 h 5 min'],
    [7_200, '2 h'],
  ])('%d seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text))

  test.each([
    [0, 'a few seconds left'],
    [5, 'about 10 s left'],
    [41, 'about 50 s left'],
    [56, 'about 1 min left'],
    [130, 'about 2 min left'],
    [5_400, 'about 1.5 h left'],
  ])('%d seconds to go: %s', (seconds, text) => expect(formatTimeLeft(seconds)).toBe(text))

  test.each([
    [2_000, 'just now'],
    [12_000, '12 s ago'],
    [200_000, '3 min ago'],
    [7_300_000, '2 h ago'],
    [86_400_000, 'yesterday'],
    [5 * 86_400_000, '5 days ago'],
    [-60_000, 'just now'],
  ])('%i ms before now: %s', (age, text) => expect(formatAgo(1e9 - age, 1e9)).toBe(text))

  test('percentages have one decimal, fractions never round up to done', () => {
    expect(formatPercent(63.24)).toBe('63.2 %')
    expect(formatFraction(0.999)).toBe('99 %')
  })

  test('counts, plurals and unknown figures', () => {
    expect(formatCount(12_936)).toBe('12,936')
    expect(plural(1, 'identity', 'identities')).toBe('1 identity')
    expect(plural(0, 'image')).toBe('0 images')
    expect(formatFigure(0.012345)).toBe('0.0123')
    expect(formatFigure(null)).toBe('—')
  })
})
