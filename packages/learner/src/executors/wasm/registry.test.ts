import { backboneByName } from '@passerby/backbones'
import { beforeEach, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { networkOf } from '../../network/network-of.ts'
import { plainNetworkOf } from '../../network/plain-network.ts'
import { calmParameters, valuesOf } from '../../testing/session-values.ts'
import { leastDeviations } from '../testing/agreement.ts'

const EMBEDDING = 16
const shape = { batch: 4, height: 64, width: 32 }

/** TensorFlow.js on wasm: on cpu, which `network.test.ts` compares it with, a step of ResNet takes minutes. */
describe('a session on wasm', { timeout: 120_000 }, () => {
  beforeEach(() => useBackend('wasm'))

  it.each(['mobilenet_v1', 'mobilenet_v2', 'resnet18', 'resnet50', 'resnet18+stride1+gem+bnneck'])(
    'computes for %s what TensorFlow.js computes',
    async (name) => {
      const network = networkOf(backboneByName(name, EMBEDDING))
      expect(network.stepPlan(shape)).toBeDefined()
      const parameters = await calmParameters(network, shape)
      const plain = plainNetworkOf(network.backbone)
      const found = await leastDeviations(async (name) => ({
        actual: await valuesOf(network, shape, { parameters, name }),
        expected: await valuesOf(plain, shape, { parameters, name }),
      }))
      expect(Object.entries(found).filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
    },
  )
})
