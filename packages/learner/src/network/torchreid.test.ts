/** The OSNet that torchreid's authors trained gives the same embeddings here: names, layouts and arithmetic agree. */
import { backboneByName, BATCH_NORM_EPSILON, parametersOf } from '@passerby/backbones'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { readOnnx, type OnnxModel } from '../testing/onnx.ts'
import { tf } from '../tf.ts'
import { plainPassesOf } from './plain.ts'

const FILE = '../shared/weights/osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx'

/** Our parameters by name. The exporter folded every batch norm but the last into the convolution before it. */
function parametersOfOnnx({ nodes, initialisers }: OnnxModel): ReadonlyMap<string, Float32Array> {
  const found = new Map<string, Float32Array>()
  const valueOf = (name: string) => initialisers.get(name)?.values ?? new Float32Array()
  for (const { inputs, outputs } of nodes.filter(({ op }) => op === 'Conv')) {
    const [, weight, bias] = inputs
    const path = modulePath(outputs[0], weight)
    const [out, into, height, width] = initialisers.get(weight)?.shape ?? []
    found.set(`${path}.weight`, channelsLast(valueOf(weight), { out, into, size: height * width }))
    if (bias === undefined) continue
    const values = valueOf(bias)
    if (weight === `${path}.weight`) {
      found.set(`${path}.bias`, values)
      continue
    }
    const norm = path.replace(/[^.]+$/, 'bn')
    found.set(
      `${norm}.weight`,
      values.map(() => 1),
    )
    found.set(`${norm}.bias`, values)
    found.set(
      `${norm}.running_mean`,
      values.map(() => 0),
    )
    found.set(
      `${norm}.running_var`,
      values.map(() => 1 - BATCH_NORM_EPSILON),
    )
  }
  found.set('fc.0.weight', channelsLast(valueOf('fc.0.weight'), { out: 512, into: 128, size: 1 }))
  for (const name of [
    'fc.0.bias',
    ...['weight', 'bias', 'running_mean', 'running_var'].map((part) => `fc.1.${part}`),
  ]) {
    found.set(name, valueOf(name))
  }
  return found
}

/** A weight keeps its name unless it was folded; then `/conv2/conv2.0/conv1/conv/Conv_output_0` → `conv2.0.conv1.conv`. */
function modulePath(output: string, weight: string): string {
  if (weight.endsWith('.weight')) return weight.slice(0, -'.weight'.length)
  const parts = output.split('/').slice(1, -1)
  return parts.filter((part, index) => !parts[index + 1]?.startsWith(`${part}.`)).join('.')
}

/** PyTorch's [out, into, size] as [size, into, out]; a depthwise filter has `into` 1 and comes out as [size, channels]. */
function channelsLast(
  values: Float32Array,
  { out, into, size }: { out: number; into: number; size: number },
): Float32Array {
  const turned = new Float32Array(values.length)
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      for (let s = 0; s < size; s++) turned[(s * into + i) * out + o] = values[(o * into + i) * size + s]
    }
  }
  return turned
}

describe.skipIf(!existsSync(FILE))('OSNet x0.25 trained by torchreid on MSMT17', { timeout: 60_000 }, () => {
  it("gives onnxruntime's embedding of the same image", async () => {
    await useBackend('wasm')
    const backbone = backboneByName('osnet_x0_25')
    const found = parametersOfOnnx(readOnnx(readFileSync(FILE)))
    expect([...found.keys()].sort()).toEqual(
      parametersOf(backbone)
        .map(({ name }) => name)
        .sort(),
    )
    const flat = (role: string) =>
      tf.concat1d(
        parametersOf(backbone)
          .filter((one) => one.role === role)
          .map(({ name }) => tf.tensor1d(found.get(name) ?? [])),
      )
    const waves = Float32Array.from({ length: 256 * 128 * 3 }, (_, index) => Math.sin(index * 0.37))
    const embedding = tf.tidy(() =>
      plainPassesOf(backbone)
        .embed(tf.tensor4d(waves, [1, 256, 128, 3]), flat('weight'), flat('statistic'))
        .dataSync<'float32'>(),
    )
    // From onnxruntime on the file itself; the sum and the length take in what is not listed.
    const first = [0.0668, 0, 0, 0.8322, 0.4253, 2.0987, 0.9439, 0, 0, 0, 1.0883, 0.9289]
    expect(Array.from(embedding.subarray(0, 12))).toEqual(first.map((value) => expect.closeTo(value, 3)))
    expect(embedding.reduce((sum, value) => sum + value, 0)).toBeCloseTo(331.8273, 2)
    expect(Math.hypot(...embedding)).toBeCloseTo(30.43557, 3)
  })
})
