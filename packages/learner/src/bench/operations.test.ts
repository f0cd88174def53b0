import { backboneByName, planStep } from '@passerby/backbones'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { WASM_ARENA } from '../executors/wasm/workspace.ts'
import { exerciseOf } from './exercise.ts'
import { fastest, summed } from './operations.ts'
import { openStock } from './stock.ts'
import { plannedOperations } from './planned-operations.ts'

const options = { backbone: 'tiny', embedding: 8, height: 32, width: 16, batchSize: 4 }
const exercise = exerciseOf({ ...options, rates: { backbone: 0.01, head: 0.01 } })

const callsIn = (operations: Awaited<ReturnType<typeof plannedOperations>>, phase: string) =>
  operations.filter((one) => one.phase === phase).reduce((sum, one) => sum + one.calls, 0)

describe('operations', { timeout: 30_000 }, () => {
  it('are every call of a plan, the largest part first', async () => {
    await useBackend('wasm')
    const operations = await plannedOperations(exercise)
    const plan = planStep(backboneByName('tiny', 8), { batch: 4, height: 32, width: 16, training: true, ...WASM_ARENA })
    // With the images before, and the optimiser behind.
    expect(callsIn(operations, 'forward')).toBe(plan.forward.length + 1)
    expect(callsIn(operations, 'backward')).toBe(plan.backward.length)
    expect(callsIn(operations, 'update')).toBe(1)
    const milliseconds = operations.map((one) => one.milliseconds)
    expect(milliseconds).toEqual([...milliseconds].sort((a, b) => b - a))
  })

  it('of stock are told apart by phase, and a composed kernel is not charged for what it calls', async () => {
    await useBackend('wasm')
    const contender = openStock(exercise)
    contender.step().dispose()
    const operations = await contender.operations()
    contender.dispose()
    const calls = (name: string) => operations.find((one) => `${one.phase} ${one.operation}` === name)?.calls
    const norms = exercise.backbone.nodes.filter(({ op }) => op === 'batchNorm').length
    expect(calls('forward FusedBatchNorm')).toBe(norms)
    expect(calls('backward DepthwiseConv2dNativeBackpropFilter')).toBe(3)
    expect(callsIn(operations, 'update')).toBeGreaterThan(6 * 20)
    expect(operations.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
  })

  it('count the fastest time of each call, and are summed by phase and name', () => {
    const call = (phase: 'forward' | 'backward', operation: string, milliseconds: number) => ({
      phase,
      operation,
      milliseconds,
    })
    const first = [call('forward', 'a', 1), call('forward', 'a', 5), call('backward', 'a', 4)]
    const second = [call('forward', 'a', 2), call('forward', 'a', 2), call('backward', 'a', 9)]
    expect(summed(fastest([first, second]))).toEqual([
      { ...call('backward', 'a', 4), calls: 1 },
      { ...call('forward', 'a', 3), calls: 2 },
    ])
  })
})
