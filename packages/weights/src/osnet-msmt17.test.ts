/** The OSNet that torchreid's authors trained on MSMT17, in and out again, on real crops. */
import { backboneByName, initialise } from '@passerby/backbones'
import { useBackend } from '@passerby/learner'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { encodeOnnx, fitsWhole, importParameters, readModelFile } from './index.ts'
import { countOf, embedByOurs, largestDifference, normalised } from '../test/networks.ts'
import { embedByOnnxruntime } from '../test/onnxruntime.ts'
import { REAL_DATA, realCrops } from '../test/real-crops.ts'

const FILE = '../shared/weights/osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx'
const SIZE = { height: 256, width: 128 }
const CROPS = 100

describe.skipIf(!existsSync(FILE) || !existsSync(REAL_DATA))('OSNet x0.25 of MSMT17', { timeout: 120_000 }, () => {
  const backbone = backboneByName('osnet_x0_25')

  test('imported, it gives the embeddings that its file gives in onnxruntime; exported, the same again', async () => {
    await useBackend('wasm')
    const file = readFileSync(FILE)
    const { values, misfits } = importParameters(backbone, readModelFile(file), initialise(backbone, 1))
    expect(fitsWhole(misfits)).toBe(true)
    const crops = await realCrops(CROPS, SIZE)
    expect(countOf(crops)).toBe(CROPS)
    const ours = await embedByOurs(backbone, values, crops)
    const original = await embedByOnnxruntime(file, normalised(crops))
    const exported = await embedByOnnxruntime(encodeOnnx(backbone, values, { images: SIZE }), normalised(crops))
    expect(largestDifference(ours, original)).toBeLessThan(1e-3)
    expect(largestDifference(exported, ours)).toBeLessThan(1e-4)
  })
})
