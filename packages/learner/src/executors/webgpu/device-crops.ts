/**
 * Crops in the device's memory, from which a step takes its batch by placements alone. Where all of them are too many for a
 * buffer, those of each batch are uploaded instead.
 */
import type { Pixels, Placement } from '../../data/pixels.ts'
import type { Call } from './program.ts'
import { CHANGES, COLOUR, PLACEMENT, PLACEMENT_SIZE } from './shaders/place.ts'

export interface DeviceCrops {
  /** Whether all crops stay on the device. */
  readonly resident: boolean
  /** Numbers of the region `crops` that a batch of that many needs. */
  size(batch: number): number
  /** Lays a batch of that many into the arena, at `images`; what `put` has left is the batch. */
  place(batch: number, images: Call['operands'][number]): Call
  /** Into the region's buffer as it is now. Throws `RangeError` for an image that there is not. */
  put(batch: readonly Placement[], buffer: GPUBuffer): void
}

/** More than this is not held: other tabs and tensors need memory too. */
const MOST_BYTES = 2 ** 29

/** Room for placements of a batch of this many is made at least, so that crops need no second upload for a larger batch. */
const LEAST_ROOM = 64

/** Bytes on their way to the device are held once more: so many at a time. */
const SLICE_BYTES = 2 ** 24

/** `mostBytes` is for tests; the device's own limits hold anyway. */
export function openDeviceCrops(device: GPUDevice, set: Pixels, mostBytes = MOST_BYTES): DeviceCrops {
  const { height, width, pixels } = set
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
  const bytes = height * width * 3
  const images = pixels.length / bytes
  const roomBytes = LEAST_ROOM * PLACEMENT_SIZE * 4
  const resident = pixels.length + roomBytes <= Math.min(mostBytes, maxBufferSize, maxStorageBufferBindingSize)

  /** Numbers of four bytes in front of the placements. */
  const placementsAt = (batch: number) => Math.ceil(((resident ? images : batch) * bytes) / 4)
  let filled: GPUBuffer | undefined

  return {
    resident,
    size: (batch) => placementsAt(batch) + Math.max(batch, LEAST_ROOM) * PLACEMENT_SIZE,
    place: (batch, images) => ({
      shader: 'place',
      operands: [{ region: 'crops', offset: 0 }, { region: 'crops', offset: placementsAt(batch) }, images],
      sizes: { batch, height, width },
    }),
    put(batch, buffer) {
      for (const { image } of batch) {
        if (!(image >= 0 && image < images)) throw new RangeError(`put: image ${image} of ${images}`)
      }
      if (!resident) {
        const crops = new Uint8Array(batch.length * bytes)
        batch.forEach(({ image }, at) => crops.set(pixels.subarray(image * bytes, (image + 1) * bytes), at * bytes))
        upload(device.queue, buffer, crops)
      } else if (buffer !== filled) {
        upload(device.queue, buffer, pixels)
        filled = buffer
      }
      const placements = batch.map((placement, position) => (resident ? placement : { ...placement, image: position }))
      device.queue.writeBuffer(buffer, placementsAt(batch.length) * 4, numbersOf(placements))
    },
  }
}

/** As the shader reads them. */
function numbersOf(batch: readonly Placement[]): Int32Array<ArrayBuffer> {
  const numbers = new Int32Array(batch.length * PLACEMENT_SIZE)
  const floats = new Float32Array(numbers.buffer)
  for (const [position, { image, mirrored, down, right, colour, erased }] of batch.entries()) {
    const start = position * PLACEMENT_SIZE
    const changes = (mirrored ? CHANGES.mirrored : 0) | (colour ? CHANGES.coloured : 0) | (erased ? CHANGES.erased : 0)
    numbers.set([image, changes, down, right], start)
    if (erased) {
      const { top, left, height, width } = erased
      numbers.set([top, left, top + height, left + width], start + PLACEMENT.indexOf('top'))
    }
    if (colour) {
      floats.set(
        COLOUR.map((name) => colour[name]),
        start + PLACEMENT.length,
      )
    }
  }
  return numbers
}

/** To the start of a buffer, with zeros up to a multiple of four. */
function upload(queue: GPUQueue, buffer: GPUBuffer, bytes: Uint8Array): void {
  const whole = bytes.length - (bytes.length % 4)
  for (let start = 0; start < whole; start += SLICE_BYTES) {
    queue.writeBuffer(buffer, start, bytes.slice(start, Math.min(start + SLICE_BYTES, whole)))
  }
  if (whole === bytes.length) return
  const rest = new Uint8Array(4)
  rest.set(bytes.subarray(whole))
  queue.writeBuffer(buffer, whole, rest)
}
