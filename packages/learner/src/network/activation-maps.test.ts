import { backboneByName, initialise, parametersOf, parameterSize } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { beforeAll, expect, test } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { activationMaps } from './activation-maps.ts'

const size = { height: 64, width: 32 }
const random = rng(1, 'activation maps')
const pixels = { ...size, pixels: new Uint8Array(3 * 64 * 32 * 3).map(() => random.int(256)) }

beforeAll(() => useBackend('wasm'))

test.each(['tiny', 'osnet_x0_25'])('%s: one map per image, from 0 to 1, no tensor left over', async (name) => {
  const backbone = backboneByName(name, 32)
  const before = tf.memory().numTensors
  const maps = await activationMaps(backbone, pixels, { parameters: initialise(backbone, 1), images: [2, 0] })
  expect(tf.memory().numTensors).toBe(before)
  expect(maps.height / maps.width).toBe(2)
  expect(maps.values).toHaveLength(2 * maps.height * maps.width)
  const [second, first] = [0, 1].map((at) => maps.values.subarray(at * maps.height * maps.width).slice(0, maps.height))
  expect(second).not.toEqual(first)
  for (let at = 0; at < 2; at++) {
    const map = maps.values.subarray(at * maps.height * maps.width, (at + 1) * maps.height * maps.width)
    expect([Math.min(...map), Math.max(...map)]).toEqual([0, 1])
  }
})

test('a change of one corner of the image shows in that corner of the map', async () => {
  const backbone = backboneByName('tiny', 32)
  const parameters = initialise(backbone, 1)
  const grey = new Uint8Array(pixels.pixels.length).fill(124)
  for (let y = 0; y < 12; y++)
    for (let x = 0; x < 12; x++) grey.fill(255 * ((x + y) % 2), (y * 32 + x) * 3, (y * 32 + x) * 3 + 3)
  const { values, width, height } = await activationMaps(
    backbone,
    { ...size, pixels: grey },
    { parameters, images: [0] },
  )
  const [top, bottom] = [values.subarray(0, width), values.subarray((height - 2) * width, (height - 1) * width)]
  const spread = (row: Float32Array) => Math.max(...row) - Math.min(...row)
  expect(spread(top)).toBeGreaterThan(5 * spread(bottom))
})

test('refuses parameters of another network', async () => {
  const backbone = backboneByName('tiny', 32)
  const count = parametersOf(backbone).reduce((sum, one) => sum + parameterSize(one), 0)
  await expect(
    activationMaps(backbone, pixels, { parameters: new Float32Array(count - 1), images: [0] }),
  ).rejects.toThrow(RangeError)
})
