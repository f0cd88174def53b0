import type { SoftTargets } from '@passerby/federation'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { embedPlainly } from '../embeddings.ts'
import { networkOf } from '../network/network-of.ts'
import { paintPeople, tinyBackbone, tinyParameters } from '../testing/synthetic.ts'
import { trainedParameters } from '../testing/session-values.ts'
import { tf } from '../tf.ts'
import { lossOf } from '../testing/gradients.ts'
import { distillationLoss } from '../training/distillation-loss.ts'
import { distil, softTargets } from './distillation.ts'

const network = networkOf(tinyBackbone)
const { embedding, weights } = network.sizes
const publicSet = paintPeople(10, 8, 4)
const IMAGES = 80
const EMBEDDINGS: SoftTargets = { of: 'embeddings' }
let teacher: Float32Array

beforeAll(async () => {
  await useBackend('wasm')
  teacher = await trainedParameters(network, { rate: 0.05, steps: 30 })
})

/** The loss on the whole set in evaluation mode. */
async function lossOn(backbone: Float32Array, values: Float32Array, targets: SoftTargets) {
  const embeddings = await embedPlainly(network, publicSet, { backbone })
  const rows = Array.from({ length: IMAGES }, (_, row) => [
    ...embeddings.subarray(row * embedding, (row + 1) * embedding),
  ])
  return lossOf((x) => distillationLoss(x, tf.tensor2d(values, [IMAGES, embedding]), targets), rows).value
}

interface Passes {
  readonly values: Float32Array
  readonly targets: SoftTargets
  readonly rate: number
}

/** Twelve rounds' distillation of an untrained model. */
async function taught({ values, targets, rate }: Passes) {
  let backbone = tinyParameters
  const losses: number[] = []
  for (let round = 1; round <= 12; round++) {
    const pass = await distil(network, publicSet, { backbone, values, targets, rate, round, seed: 1 })
    backbone = pass.backbone
    losses.push(pass.loss)
  }
  return { backbone, losses }
}

describe('distillation', { timeout: 60_000 }, () => {
  it.each<[SoftTargets, number]>([
    [EMBEDDINGS, 0.05],
    [{ of: 'scores', temperature: 1 }, 0.02],
    [{ of: 'scores', temperature: 3 }, 0.02],
  ])('comes nearer to its targets: %o', async (targets, rate) => {
    const values = await softTargets(network, publicSet, { backbone: teacher, targets })
    const [untaught, student] = [await taught({ values, targets, rate: 0 }), await taught({ values, targets, rate })]
    expect(student.losses.slice(1).every((loss, i) => loss < student.losses[i])).toBe(true)
    // Both have the public set's statistics by now.
    const [before, after] = await Promise.all(
      [untaught, student].map(({ backbone }) => lossOn(backbone, values, targets)),
    )
    // Scores' loss is never below their entropy, which the teacher has.
    const least = targets.of === 'embeddings' ? 0 : await lossOn(teacher, values, targets)
    expect(after - least).toBeLessThan(0.8 * (before - least))
  })

  it('moves statistics as training does, and nothing else at a rate of 0', async () => {
    const values = await softTargets(network, publicSet, { backbone: teacher, targets: EMBEDDINGS })
    const { backbone } = await distil(network, publicSet, {
      backbone: teacher,
      values,
      targets: EMBEDDINGS,
      rate: 0,
      round: 1,
      seed: 1,
    })
    expect(backbone.subarray(0, weights)).toEqual(teacher.subarray(0, weights))
    expect(backbone.subarray(weights)).not.toEqual(teacher.subarray(weights))
  })

  it('is the same by the same seed and round, and another by others', async () => {
    const values = await softTargets(network, publicSet, { backbone: teacher, targets: EMBEDDINGS })
    const task = { backbone: tinyParameters, values, targets: EMBEDDINGS, rate: 0.05, round: 1, seed: 1 }
    const { backbone } = await distil(network, publicSet, task)
    expect((await distil(network, publicSet, task)).backbone).toEqual(backbone)
    expect((await distil(network, publicSet, { ...task, round: 2 })).backbone).not.toEqual(backbone)
    expect((await distil(network, publicSet, { ...task, seed: 2 })).backbone).not.toEqual(backbone)
  })

  it('keeps no tensor, also where it is stopped or fails', async () => {
    const values = await softTargets(network, publicSet, { backbone: teacher, targets: EMBEDDINGS })
    const task = { backbone: tinyParameters, values, targets: EMBEDDINGS, rate: 0.05, round: 1, seed: 1 }
    await distil(network, publicSet, task)
    const { numTensors } = tf.memory()
    await distil(network, publicSet, task)
    await softTargets(network, publicSet, { backbone: teacher, targets: { of: 'scores', temperature: 2 } })
    const stopping = { ...task, signal: AbortSignal.abort() }
    await expect(distil(network, publicSet, stopping)).rejects.toMatchObject({ name: 'AbortError' })
    await expect(softTargets(network, publicSet, stopping)).rejects.toMatchObject({ name: 'AbortError' })
    await expect(distil(network, publicSet, { ...task, rate: 1e40 })).rejects.toMatchObject({ code: 'diverged' })
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it('refuses targets of other images', async () => {
    const task = { backbone: tinyParameters, targets: EMBEDDINGS, rate: 0.05, round: 1, seed: 1 }
    const values = new Float32Array(79 * embedding)
    await expect(distil(network, publicSet, { ...task, values })).rejects.toThrow(
      '2528 values as targets of 80 images × 32',
    )
  })
})
