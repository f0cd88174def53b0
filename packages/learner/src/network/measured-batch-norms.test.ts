import { backboneByName, initialise } from '@passerby/backbones'
import { fitsWhole, importParameters, readModelFile } from '@passerby/weights'
import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { placePixels } from '../data/pixels.ts'
import { tf } from '../tf.ts'
import { measureBatchNorms } from './measured-batch-norms.ts'
import { describeNetwork } from './network.ts'
import { plainPassesOf } from './plain.ts'

const FILE = '../shared/weights/osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx'
const IMAGES = 32
const size = { height: 64, width: 32 }
/** Smooth noise: images that differ from one another. */
const pixels = {
  ...size,
  pixels: Uint8Array.from(
    { length: IMAGES * 64 * 32 * 3 },
    (_, at) => 128 + 60 * Math.sin(at * 0.013) + 60 * Math.sin(at * at * 1e-7),
  ),
}
const images = Array.from({ length: IMAGES }, (_, image) => image)

beforeAll(() => useBackend('wasm'))

/** Embeddings in evaluation, and as a training step sees them. */
function bothPasses(name: string, parameters: Float32Array) {
  const backbone = backboneByName(name)
  const { sizes } = describeNetwork(backbone)
  const placements = images.map((image) => ({ image, mirrored: false, down: 0, right: 0 }))
  return tf.tidy(() => {
    const batch = tf.tensor4d(placePixels(pixels, placements), [IMAGES, 64, 32, 3])
    const weights = tf.tensor1d(parameters.subarray(0, sizes.weights))
    const statistics = tf.tensor1d(parameters.subarray(sizes.weights))
    const passes = plainPassesOf(backbone)
    const trained = passes.train(batch, weights)
    trained.batchStatistics.dispose()
    return {
      evaluation: passes.embed(batch, weights, statistics).dataSync<'float32'>(),
      training: trained.embeddings.dataSync<'float32'>(),
    }
  })
}

/** Length of the difference in lengths of `b`. */
function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, at) => value - b[at])) / Math.hypot(...b)
}

test('the model computes the same, by other numbers, and a step on the measured images sees it as it is', async () => {
  const backbone = backboneByName('tiny')
  const drawn = initialise(backbone, 3)
  const measured = await measureBatchNorms(backbone, pixels, { parameters: drawn, images })
  expect(distance(measured, drawn)).toBeGreaterThan(0.1)
  const [before, after] = [bothPasses('tiny', drawn), bothPasses('tiny', measured)]
  expect(distance(after.evaluation, before.evaluation)).toBeLessThan(1e-4)
  expect(distance(before.training, before.evaluation)).toBeGreaterThan(0.1)
  expect(distance(after.training, before.evaluation)).toBeLessThan(1e-3)
})

test('no image, no measure', async () => {
  const backbone = backboneByName('tiny')
  const parameters = initialise(backbone, 1)
  await expect(measureBatchNorms(backbone, pixels, { parameters, images: [] })).rejects.toThrow('no image')
})

describe.skipIf(!existsSync(FILE))('OSNet x0.25 with folded batch norms', { timeout: 60_000 }, () => {
  test('is another network to a training step, until they are measured', async () => {
    const backbone = backboneByName('osnet_x0_25')
    const { values, misfits } = importParameters(backbone, readModelFile(readFileSync(FILE)), initialise(backbone, 1))
    expect(fitsWhole(misfits)).toBe(true)
    const measured = await measureBatchNorms(backbone, pixels, { parameters: values, images })
    const [before, after] = [bothPasses('osnet_x0_25', values), bothPasses('osnet_x0_25', measured)]
    expect(distance(after.evaluation, before.evaluation)).toBeLessThan(1e-3)
    expect(distance(before.training, before.evaluation)).toBeGreaterThan(0.3)
    expect(distance(after.training, before.evaluation)).toBeLessThan(0.01)
  })
})
