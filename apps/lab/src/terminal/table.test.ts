import { expect, test } from 'vitest'
import { duration, megabytes, table } from './table.ts'

test('columns are as wide as their widest cell, numbers have one decimal, gaps a dash', () => {
  const text = table(
    ['set', 'queries', 'mAP'],
    [
      ['market1501', 447, 11.62],
      ['x', 8, undefined],
    ],
  )
  expect(text.split('\n')).toEqual([
    'set         queries   mAP',
    'market1501      447  11.6',
    'x                 8     –',
  ])
})

test('durations and bytes are for people', () => {
  expect(duration(47.6)).toBe('48 s')
  expect(duration(185)).toBe('3 min 05 s')
  expect(megabytes(1_234_567)).toBe('1.2 MB')
})
