/** The OSNet that torchreid's authors trained gives the same embeddings here: names, layouts and arithmetic agree. */
import { backboneByName, countParameters, initialise } from '@passerby/backbones'
import { fitsWhole, importParameters, readModelFile } from '@passerby/weights'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { plainPassesOf } from './plain.ts'

const FILE = '../shared/weights/osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx'

describe.skipIf(!existsSync(FILE))('OSNet x0.25 trained by torchreid on MSMT17', { timeout: 60_000 }, () => {
  it("gives onnxruntime's embedding of the same image", async () => {
    await useBackend('wasm')
    const backbone = backboneByName('osnet_x0_25')
    const { values, misfits } = importParameters(backbone, readModelFile(readFileSync(FILE)), initialise(backbone, 1))
    expect(fitsWhole(misfits)).toBe(true)
    const { weight } = countParameters(backbone)
    const [weights, statistics] = [values.subarray(0, weight), values.subarray(weight)]
    const waves = Float32Array.from({ length: 256 * 128 * 3 }, (_, index) => Math.sin(index * 0.37))
    const embedding = tf.tidy(() =>
      plainPassesOf(backbone)
        .embed(tf.tensor4d(waves, [1, 256, 128, 3]), tf.tensor1d(weights), tf.tensor1d(statistics))
        .dataSync<'float32'>(),
    )
    // From onnxruntime on the file itself; the sum and the length take in what is not listed.
    const first = [0.0668, 0, 0, 0.8322, 0.4253, 2.0987, 0.9439, 0, 0, 0, 1.0883, 0.9289]
    expect(Array.from(embedding.subarray(0, 12))).toEqual(first.map((value) => expect.closeTo(value, 3)))
    expect(embedding.reduce((sum, value) => sum + value, 0)).toBeCloseTo(331.8273, 2)
    expect(Math.hypot(...embedding)).toBeCloseTo(30.43557, 3)
  })
})
