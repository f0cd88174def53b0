import { decodeCrops } from '@passerby/crops'
import { decodeImage, directoryFiles } from '@passerby/crops/node'
import type { ReadAnswer, ReadRequest } from './messages.ts'

const IMAGE = /\.(jpe?g|png|webp|bmp)$/i

/**
 * The images of a folder (or .zip) that clients and the server's learner look at: sorted by path, and of those every
 * (total / images)-th, so that each part of the folder is in it. The same folder gives the same bytes. An image that cannot be
 * read is left out. Throws `CropsError` when there is no such folder.
 */
export async function readPublicSet({ folder, images, height, width }: ReadRequest): Promise<ReadAnswer> {
  const files = (await directoryFiles(folder)).filter(({ name }) => IMAGE.test(name))
  // Nobody asks who is on them.
  const crops = spread(files, images).map((file) => ({ ...file, identity: '', camera: '' }))
  const { set, unreadable } = await decodeCrops(crops, { height, width }, { decode: decodeImage })
  return { pixels: set.pixels, images: set.names.length, unreadable: unreadable.length }
}

/** At most `count` of the items, evenly spread over all of them and in their order. */
export function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (count >= items.length) return items
  return Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)])
}
