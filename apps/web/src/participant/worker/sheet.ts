import { imageContent, type Crop } from '@passerby/crops'
import type { SheetImage } from './workbench.ts'

/** A crop as the page can show it: its own bytes, typed by what they are. */
export async function sheetImage(crop: Crop): Promise<SheetImage> {
  const bytes = await crop.read()
  const content = imageContent(bytes)
  const type = content.readable ? `image/${content.type}` : 'application/octet-stream'
  return { identity: crop.identity, camera: crop.camera, image: new Blob([new Uint8Array(bytes)], { type }) }
}

/** At most `count` of the items, evenly over the list. */
export function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)])
}
