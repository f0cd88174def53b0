import { expect, it } from 'vitest'
import { latestNetwork } from './latest-network.ts'
import { networkOf } from './network-of.ts'

it('is made anew only where a backbone or its embedding is another than last', () => {
  const network = latestNetwork(networkOf)
  const first = network({ backbone: 'tiny', embedding: 8 })
  expect(network({ backbone: 'tiny', embedding: 8 })).toBe(first)
  expect(network({ backbone: 'tiny', embedding: 16 }).sizes.embedding).toBe(16)
  expect(network({ backbone: 'osnet_x0_25', embedding: 16 }).backbone.name).toBe('osnet_x0_25')
})
