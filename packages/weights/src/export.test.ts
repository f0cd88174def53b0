/** Exported models compute what ours do, in onnxruntime and in TensorFlow.js alone, and come back bit for bit. */
import {
  backboneByName,
  backboneNames,
  embeddingSize,
  initialise,
  parametersOf,
  parameterSize,
} from '@passerby/backbones'
import { useBackend } from '@passerby/learner'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { encodeGraphModel, encodeOnnx, fitsWhole, importParameters, readModelFile } from './index.ts'
import { embedByOurs, largestDifference, normalised } from '../test/networks.ts'
import { embedByOnnxruntime } from '../test/onnxruntime.ts'

const IMAGES = { height: 64, width: 32 }
const VARIANTS = ['tiny+gem+bnneck', 'resnet18+stride1+gem']

/** Of the largest value: those of a trained network are below 10, and 1e-4 is asked for there. */
const TOLERANCE = 1e-5

/** Noise as three crops; what is tested is that the same becomes of it everywhere. */
const crops = { ...IMAGES, pixels: Uint8Array.from({ length: 3 * 64 * 32 * 3 }, (_, index) => (index * 7919) % 251) }

describe.each([...backboneNames, ...VARIANTS])('%s', { timeout: 120_000 }, (name) => {
  const backbone = backboneByName(name, 32)
  const values = lived(initialise(backbone, 3))

  test('as ONNX it gives the same embeddings in onnxruntime, and is imported again as it was', async () => {
    await useBackend('wasm')
    const file = encodeOnnx(backbone, values, { images: IMAGES })
    const theirs = await embedByOnnxruntime(file, normalised(crops))
    const ours = await embedByOurs(backbone, values, crops)
    expect(relativeDifference(theirs, ours)).toBeLessThan(TOLERANCE)
    const back = importParameters(backbone, readModelFile(file), initialise(backbone, 1))
    expect(fitsWhole(back.misfits)).toBe(true)
    expect(largestDifference(back.values, values)).toBe(0)
  })

  test('as a TensorFlow.js model it gives the same embeddings', async () => {
    await useBackend('wasm')
    const { 'model.json': json, 'weights.bin': bytes } = encodeGraphModel(backbone, values, { images: IMAGES })
    const { weightsManifest, ...model } = JSON.parse(new TextDecoder().decode(json))
    const weightData = Uint8Array.from(bytes).buffer
    const loaded = await tf.loadGraphModel(
      tf.io.fromMemory({ ...model, weightSpecs: weightsManifest[0].weights, weightData }),
    )
    const { batch, height, width, values: images } = normalised(crops)
    const embeddings = loaded.predict(tf.tensor4d(images, [batch, height, width, 3]))
    if (!(embeddings instanceof tf.Tensor)) throw new TypeError('one output is expected')
    expect(embeddings.shape).toEqual([3, embeddingSize(backbone)])
    const theirs = await embeddings.data<'float32'>()
    loaded.dispose()
    expect(relativeDifference(theirs, await embedByOurs(backbone, values, crops))).toBeLessThan(TOLERANCE)
  })

  /** Statistics and affine parameters as after some training: every one of them matters. */
  function lived(drawn: Float32Array): Float32Array {
    let offset = 0
    for (const parameter of parametersOf(backbone)) {
      const part = drawn.subarray(offset, (offset += parameterSize(parameter)))
      if (parameter.fanIn === 0) part.forEach((value, index) => (part[index] = value + 0.2 * Math.sin(index + offset)))
    }
    return drawn
  }
})

function relativeDifference(theirs: Float32Array, ours: Float32Array): number {
  const largest = ours.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  return largestDifference(theirs, ours) / largest
}
