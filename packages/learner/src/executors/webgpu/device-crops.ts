/**
 * Crops in the device's memory, from which a step takes its batch by placements alone. Where all of them are too many for a
 * buffer, those of each batch are uploaded instead.
 */
import type { Pixels, Placement } from '../../data/pixels.ts'
import type { Call } from './program.ts'
import { PLACEMENT_SIZE } from './shaders/place.ts'

export interface DeviceCrops {
  /** Whether all crops stay on the device. */
  readonly resident: boolean
  /** Lays a batch of that many into the arena, at `images`; what `put` has left is the batch. */
  place(batch: number, images: Call['operands'][number]): Call
  /** The region `crops`, with room for a batch of that many: as it was, or, where it had no room, another. */
  fit(batch: number): GPUBuffer
  /** Throws `RangeError` for an image that there is not, or a batch beyond the last `fit`. */
  put(batch: readonly Placement[]): void
  dispose(): void
}

/** More than this is not held: other tabs and tensors need memory too. */
const MOST_BYTES = 2 ** 29

/** Room for a batch of this many is made at least, so that the buffer stays as it is for every usual batch. */
const LEAST_ROOM = 64

/** `mostBytes` is for tests; the device's own limits hold anyway. */
export function openDeviceCrops(device: GPUDevice, set: Pixels, mostBytes = MOST_BYTES): DeviceCrops {
  const { height, width, pixels } = set
  const size = height * width * 3
  const images = pixels.length / size
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
  const most = Math.min(mostBytes, maxBufferSize, maxStorageBufferBindingSize)

  /** Numbers of four bytes in front of the placements. */
  const wordsFor = (crops: number) => Math.ceil((crops * size) / 4)
  const bytesFor = (crops: number, batch: number) => (wordsFor(crops) + batch * PLACEMENT_SIZE) * 4
  const resident = bytesFor(images, LEAST_ROOM) <= most
  const held = (batch: number) => (resident ? images : batch)

  let room = 0
  let buffer: GPUBuffer | undefined
  const allocate = (batch: number) => {
    const created = device.createBuffer({
      label: 'crops',
      size: bytesFor(held(batch), batch),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      mappedAtCreation: resident,
    })
    if (resident) {
      new Uint8Array(created.getMappedRange()).set(pixels)
      created.unmap()
    }
    return created
  }

  return {
    resident,
    place: (batch, images) => ({
      shader: 'place',
      operands: [{ region: 'crops', offset: 0 }, { region: 'crops', offset: wordsFor(held(batch)) }, images],
      sizes: { batch, height, width },
    }),
    fit(batch) {
      if (buffer && batch <= room) return buffer
      buffer?.destroy()
      room = Math.max(batch, LEAST_ROOM)
      buffer = allocate(room)
      return buffer
    },
    put(batch) {
      for (const { image } of batch) {
        if (!(image >= 0 && image < images)) throw new RangeError(`put: image ${image} of ${images}`)
      }
      if (!buffer || batch.length > room) throw new RangeError(`put: ${batch.length} images where ${room} fit`)
      const placements = batch.flatMap(({ image, mirrored, down, right }, position) => [
        resident ? image : position,
        Number(mirrored),
        down,
        right,
      ])
      device.queue.writeBuffer(buffer, wordsFor(held(batch.length)) * 4, Int32Array.from(placements))
      if (resident) return
      const crops = new Uint8Array(wordsFor(batch.length) * 4)
      batch.forEach(({ image }, position) =>
        crops.set(pixels.subarray(image * size, (image + 1) * size), position * size),
      )
      device.queue.writeBuffer(buffer, 0, crops)
    },
    dispose: () => buffer?.destroy(),
  }
}
