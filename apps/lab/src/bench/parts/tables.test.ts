import { describe, expect, it } from 'vitest'
import { largestDifference } from './curves.ts'
import { operationsTable } from './operations.ts'

describe('the table of operations', () => {
  const operation = (phase: 'forward' | 'backward' | 'update', name: string, calls: number, milliseconds: number) => ({
    phase,
    operation: name,
    calls,
    milliseconds,
  })

  it('names what takes a share, puts the rest together, and sums every phase', () => {
    const operations = [
      operation('backward', 'product', 10, 60),
      operation('forward', 'product', 5, 39),
      operation('forward', 'relu', 2, 0.6),
      operation('update', 'optimiser', 1, 0.4),
    ]
    expect(operationsTable({ place: 'node wasm', contender: 'ours', operations }).split('\n')).toEqual([
      'node wasm ours    calls/step  ms/step   share',
      'backward product          10    60.00  60.0 %',
      'forward product            5    39.00  39.0 %',
      '2 others                   3     1.00   1.0 %',
      'all forward                7    39.60  39.6 %',
      'all backward              10    60.00  60.0 %',
      'all update                 1     0.40   0.4 %',
    ])
  })

  it('says why there is none', () => {
    const failed = { place: 'chromium webgpu', contender: 'stock' as const, operations: [], failure: 'no timestamps' }
    expect(operationsTable(failed)).toBe('chromium webgpu stock: no timestamps')
  })
})

it('the largest difference of two curves is between losses of the same step', () => {
  expect(largestDifference([4, 3, 2.5], [4, 2.5, 3.25])).toBe(0.75)
})
