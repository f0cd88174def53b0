import { expect, it } from 'vitest'
import { compareOn } from './compare.ts'
import { benchInNode } from './in-node.ts'
import { comparisonTable, timesStock } from './report.ts'

const workload = { backbone: 'tiny', embedding: 32, height: 32, width: 16, batchSize: 4, rate: 3e-4 }

it('compares stock and ours in Node, and says why a backend is missing', { timeout: 60_000 }, async () => {
  const host = benchInNode()
  const options = { workload, steps: 7, turn: 7, say: () => {} }
  const rows = await compareOn(host, { ...options, backend: 'wasm' })
  expect(rows.map(({ contender }) => contender)).toEqual(['stock', 'ours'])
  for (const row of rows) {
    expect(row.failure).toBeUndefined()
    expect(row.imagesPerSecond).toBeCloseTo((1000 * 4) / (row.stepMs ?? 0), 6)
    expect(row.steps).toBe(7)
  }
  const [stock, ours] = rows
  expect(ours.counts?.kernels).toBeGreaterThan(60)
  expect(ours.counts?.kernels).toBeLessThan((stock.counts?.kernels ?? 0) / 3)
  expect(timesStock(rows, stock)).toBe(1)
  const missing = await compareOn(host, { ...options, backend: 'webgpu' })
  expect(missing.map(({ failure }) => failure)).toEqual([
    expect.stringMatching(/webgpu/),
    expect.stringMatching(/webgpu/),
  ])
  expect(comparisonTable([...rows, ...missing]).split('\n')).toHaveLength(5)
})
