import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import sharp from 'sharp'
import { bmp24 } from './bmp-files.ts'
import { syntheticPixels } from '../src/synthetic/people.ts'
import { decodeImage } from '../src/node/decode.ts'
import { directoryFiles } from '../src/node/directory.ts'

/** An encoded image and what Node decodes it to; bytes as base64, since they travel to the browser as JSON. */
export interface SampleImage {
  readonly name: string
  readonly file: string
  readonly height: number
  readonly width: number
  readonly pixels: string
}

/**
 * For the browser tests, which run this in Node (a vitest command): a generated person in every format, and where the
 * real sets lie beside the project, some of their crops.
 */
export async function sampleImages(): Promise<SampleImage[]> {
  const { height, width, pixels } = syntheticPixels({ identities: 1, cameras: 1, imagesPerCamera: 1, seed: 3 })
  const person = sharp(pixels, { raw: { height, width, channels: 3 } })
  const files = new Map<string, Uint8Array>([
    ['png', encode({ height, width, data: pixels, channels: 3, depth: 8 })],
    ['jpeg', await person.clone().jpeg({ quality: 85 }).toBuffer()],
    ['jpeg, full chroma', await person.clone().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['jpeg, turned by EXIF', await person.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['jpeg, wide gamut', await person.clone().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
    ['webp', await person.clone().webp({ quality: 90 }).toBuffer()],
    ['webp, lossless', await person.clone().webp({ lossless: true }).toBuffer()],
    ['png, grey', await person.clone().greyscale().png().toBuffer()],
    ['png, transparent', await person.clone().ensureAlpha(0.5).png().toBuffer()],
    ['bmp', bmp24(9, 7)],
  ])
  const root = join(import.meta.dirname, '../../../../shared/reid-data')
  const real = existsSync(root) ? await directoryFiles(root) : []
  const crops = real.filter((file) => /\.(?:jpg|png)$/.test(file.name))
  for (const [index, file] of crops.entries()) if (index % 500 === 0) files.set(file.name, await file.read())
  return Promise.all(
    [...files].map(async ([name, bytes]) => {
      const decoded = await decodeImage(bytes)
      return { name, file: base64(bytes), ...decoded, pixels: base64(decoded.pixels) }
    }),
  )
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
