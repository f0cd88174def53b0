import { backboneByName, planStep } from '@passerby/backbones'
import { expect, it } from 'vitest'
import { timeKernels } from './kernel-times.ts'
import { WASM_ARENA } from './workspace.ts'

it('times every call of a step, the slowest kernel first', { timeout: 30_000 }, async () => {
  const backbone = backboneByName('tiny', 8)
  const times = await timeKernels(backbone, { batchSize: 4, height: 32, width: 16, steps: 2 })
  const plan = planStep(backbone, { batch: 4, height: 32, width: 16, training: true, ...WASM_ARENA })
  expect(times.reduce((calls, time) => calls + time.calls, 0)).toBe(plan.forward.length + plan.backward.length)
  const milliseconds = times.map((time) => time.milliseconds)
  expect(milliseconds).toEqual([...milliseconds].sort((a, b) => b - a))
  expect(new Set(times.map((time) => time.kernel)).size).toBe(times.length)
})
