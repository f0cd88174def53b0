import { backboneByName } from '@passerby/backbones'
import { describe, expect, it } from 'vitest'
import { devicePlansOf } from './plans.ts'
import { loadPipelines } from './pipelines.ts'
import { openDevice } from './testing/run-shader.ts'

const device = await openDevice()
const pipelines = await loadPipelines(device, { storage: 'f32', software: true, names: [] })
const images = { height: 256, width: 128 }

describe('the plans of a device', () => {
  const plans = devicePlansOf(backboneByName('osnet_x1_0'), pipelines)

  it('fit its memory, and are made once', () => {
    const most = plans.largestBatch(images, 10_000)
    const plan = plans.of({ ...images, batch: most, training: true })
    expect(plan.recomputed).toBeGreaterThan(0)
    expect(4 * plan.sizes.arena).toBeLessThanOrEqual(device.limits.maxStorageBufferBindingSize)
    expect(plans.of({ ...images, batch: most, training: true })).toBe(plan)
    expect(plans.of({ ...images, batch: most, training: false })).not.toBe(plan)
  })

  it('are refused for memory only where that is the reason', () => {
    const tooMany = { ...images, batch: 10_000, training: true }
    expect(() => plans.of(tooMany)).toThrow(expect.objectContaining({ code: 'out-of-memory' }))
    expect(() => plans.of({ ...tooMany, batch: 1 })).toThrow(/batch of 1/)
  })
})
