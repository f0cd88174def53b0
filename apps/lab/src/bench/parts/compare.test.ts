import { expect, it } from 'vitest'
import { benchInNode } from '../in-node.ts'
import { comparison } from './compare.ts'

it('compares stock and ours in Node, and says why a backend is missing', { timeout: 120_000 }, async () => {
  const host = benchInNode()
  const rates = { backbone: 3e-4, head: 3e-4 }
  const lanes = await comparison.measure({
    workload: { backbone: 'tiny', embedding: 32, height: 32, width: 16, batchSize: 4, rates },
    steps: 7,
    places: [
      { host, backend: 'wasm' },
      { host, backend: 'webgpu' },
    ],
    say: () => {},
    onLost: () => {},
  })
  const [stock, ours, ...missing] = lanes
  expect([stock.contender, ours.contender]).toEqual(['stock', 'ours'])
  for (const lane of [stock, ours]) {
    expect(lane.failure).toBeUndefined()
    expect(lane.imagesPerSecond).toBeCloseTo((1000 * 4) / (lane.stepMs ?? 0), 6)
    expect(lane.steps).toBeGreaterThanOrEqual(8)
  }
  expect(stock.timesStock).toBe(1)
  expect(ours.firstLoss).toBeCloseTo(stock.firstLoss ?? 0, 4)
  expect(ours.counts?.kernels).toBeGreaterThan(60)
  expect(ours.counts?.kernels).toBeLessThan((stock.counts?.kernels ?? 0) / 3)
  expect(missing.map(({ failure }) => failure)).toEqual([
    expect.stringMatching(/webgpu/),
    expect.stringMatching(/webgpu/),
  ])
  expect(comparison.text(lanes).split('\n')).toHaveLength(5)
})
