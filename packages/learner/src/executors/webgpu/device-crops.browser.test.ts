import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import { placePixels, type Placement } from '../../data/pixels.ts'
import { openDeviceCrops } from './device-crops.ts'
import { assemble } from './program.ts'
import { fillRegions, readBuffer, runOnce } from './testing/regions.ts'
import { loadShaders, openDevice } from './testing/run-shader.ts'

const device = await openDevice()
const pipelines = await loadShaders(device, ['place'])

/** Crops of 45 bytes, so that few of them start at a multiple of four. */
const random = rng(1, 'crops')
const set = { height: 5, width: 3, pixels: Uint8Array.from({ length: 7 * 45 }, () => random.int(256)) }

const batches: readonly (readonly Placement[])[] = [
  [
    { image: 6, mirrored: false, down: 0, right: 0 },
    { image: 1, mirrored: true, down: 0, right: 0 },
    { image: 1, mirrored: true, down: -2, right: 1 },
    { image: 0, mirrored: false, down: 3, right: -1 },
    { image: 3, mirrored: true, down: 9, right: 0 },
  ],
  Array.from({ length: 70 }, (_, i) => ({
    image: i % 7,
    mirrored: i % 3 === 0,
    down: (i % 5) - 2,
    right: (i % 4) - 2,
  })),
  Array.from({ length: 24 }, (_, i) => ({
    image: i % 7,
    mirrored: i % 2 === 0,
    down: (i % 3) - 1,
    right: (i % 4) - 1,
    // Far enough from 1 that some values are cut off at either end; every third image keeps its colours.
    ...(i % 3 > 0 && {
      colour: { gain: 0.5 + (i % 5) / 2.5, saturation: (i % 4) / 2, offset: ((i % 6) - 3) / 10 },
    }),
    ...(i % 4 > 1 && { erased: { top: i % 3, left: i % 2, height: 1 + (i % 2), width: 1 + (i % 3 === 0 ? 1 : 0) } }),
  })),
]

describe.each([
  ['that stay on the device', undefined, true],
  ['that are uploaded with each batch', 1_000, false],
])('crops %s', (_, mostBytes, resident) => {
  it('become the batches that placePixels makes', async () => {
    const crops = openDeviceCrops(device, set, mostBytes)
    expect(crops.resident).toBe(resident)
    const placed = async (batch: readonly Placement[], buffer: GPUBuffer) => {
      const numbers = batch.length * 45
      const program = assemble(pipelines, [crops.place(batch.length, { region: 'arena', offset: 4 })])
      const regions = { ...fillRegions(device, { arena: new Float32Array(numbers + 8) }), crops: buffer }
      crops.put(batch, buffer)
      runOnce(device, program, program.bind(regions))
      const images = (await readBuffer(device, regions.arena)).slice(4, -4)
      program.dispose()
      regions.arena.destroy()
      return images
    }
    const [few, many, changed] = batches
    const small = room(crops.size(few.length))
    const large = room(crops.size(many.length))
    const middle = room(crops.size(changed.length))
    for (const [batch, buffer] of [
      [few, small],
      [few, small],
      [many, large],
      [few, large],
      [changed, middle],
      // What was changed before leaves no trace.
      [few, middle],
    ] as const) {
      const expected = placePixels(set, batch)
      const images = await placed(batch, buffer)
      expect(Math.max(...images.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-6)
    }
    small.destroy()
    large.destroy()
    middle.destroy()
  })

  it('refuse an image that there is not', () => {
    const crops = openDeviceCrops(device, set, mostBytes)
    const buffer = room(crops.size(1))
    expect(() => crops.put([{ image: 7, mirrored: false, down: 0, right: 0 }], buffer)).toThrow(RangeError)
    buffer.destroy()
  })
})

const room = (numbers: number) =>
  device.createBuffer({ size: numbers * 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST })
