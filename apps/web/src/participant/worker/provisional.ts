// Stands in until crops' browser part is there.
import {
  CropsError,
  decodeBmp,
  imageContent,
  type CropSet,
  type FileSource,
  type FileWatch,
  type Raster,
} from '@passerby/crops'
import { unzipSync } from '../../../../../node_modules/fflate/esm/browser.js'
import type { Folder } from '../../../../../packages/crops/src/folder.ts'
export type { Folder }
export { openOpfsFolder } from '../../../../../packages/crops/src/browser/opfs-folder.ts'
export { syntheticPeople } from '../../../../../packages/crops/src/synthetic/people.ts'

export function sourceOfFile(name: string, file: File): FileSource {
  return { name, size: file.size, read: async () => new Uint8Array(await file.arrayBuffer()) }
}
export async function openZip(file: File): Promise<FileSource[]> {
  const all: Record<string, Uint8Array> = unzipSync(new Uint8Array(await file.arrayBuffer()))
  return Object.entries(all)
    .filter(([n]) => !n.endsWith('/'))
    .map(([name, bytes]) => ({ name, size: bytes.length, read: async () => bytes }))
}
export interface CropStore {
  load(): Promise<CropSet | undefined>
  save(crops: CropSet, watch: FileWatch): Promise<void>
  clear(): Promise<void>
}
export function openCropStore(folder: Folder): CropStore {
  return {
    async load() {
      const index = await folder.read('index.json')
      if (!index) return undefined
      const entries: { name: string; identity: string; camera: string; start: number; end: number }[] = JSON.parse(
        new TextDecoder().decode(index),
      )
      return entries.map(({ start, end, ...rest }) => ({
        ...rest,
        size: end - start,
        read: async () => (await folder.read('pack', { start, end }))!,
      }))
    },
    async save(crops, watch) {
      const parts: Uint8Array[] = []
      const entries = []
      let at = 0
      for (const [i, crop] of crops.entries()) {
        watch.signal?.throwIfAborted()
        const bytes = await crop.read()
        parts.push(bytes)
        entries.push({
          name: crop.name,
          identity: crop.identity,
          camera: crop.camera,
          start: at,
          end: at + bytes.length,
        })
        at += bytes.length
        watch.onProgress?.({ done: i + 1, total: crops.length })
      }
      await folder.write('pack', new Uint8Array(await new Blob(parts as never).arrayBuffer()))
      await folder.write('index.json', new TextEncoder().encode(JSON.stringify(entries)))
    },
    async clear() {
      for (const name of await folder.list()) await folder.remove(name)
    },
  }
}
export async function decodeImage(bytes: Uint8Array): Promise<Raster> {
  const content = imageContent(bytes)
  if (!content.readable) throw new CropsError('unreadable', content.reason)
  if (content.type === 'bmp') return decodeBmp(bytes)
  const bitmap = await createImageBitmap(new Blob([bytes as never]), { colorSpaceConversion: 'none' })
  const { height, width } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(bitmap, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const pixels = new Uint8Array(height * width * 3)
  for (let i = 0, j = 0; i < data.length; i += 4) {
    pixels[j++] = data[i]
    pixels[j++] = data[i + 1]
    pixels[j++] = data[i + 2]
  }
  return { height, width, pixels }
}
