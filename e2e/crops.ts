import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type CropSet, dataSetsOf, splitClients } from '@passerby/crops'
import { directoryFiles } from '@passerby/crops/node'
import { syntheticPeople } from '@passerby/crops'

const realData = resolve(import.meta.dirname, '../../shared/reid-data')
const realCrops = join(realData, 'market1501')
/** People of another data set. */
const realOthers = join(realData, 'pku-reid')

/** One participant's folder, and what of it must never be seen on the wire. */
export interface TestCrops {
  readonly folder: string
  readonly images: number
  /** Every identity, camera and file name. */
  readonly names: readonly string[]
  /** The files' bytes. */
  readonly files: readonly Uint8Array[]
}

/**
 * Writes one folder of about `images` crops per client, each client a camera: real crops where they are at hand, else
 * generated people. Names are unmistakable, so that a leaked one cannot hide among other words.
 */
export async function writeTestCrops(
  root: string,
  { clients, images }: { clients: number; images: number },
): Promise<TestCrops[]> {
  const written: TestCrops[] = []
  for (const [index, crops] of (await cameras(clients, images)).entries())
    written.push(await writeFolder(crops, join(root, `site-${index}`), `foyer-${index}-heron`))
  return written
}

/** Writes crops of people whom no client of `writeTestCrops` holds. Resolves with the folder. */
export async function writePublicCrops(folder: string, images: number): Promise<string> {
  const others = existsSync(realOthers)
    ? dataSetsOf(await directoryFiles(realOthers), { rootName: 'pku-reid' })[0].parts.train
    : syntheticPeople({ identities: Math.ceil(images / 4), cameras: 2, imagesPerCamera: 2, seed: 2 })
  await mkdir(folder, { recursive: true })
  for (const [index, crop] of others.slice(0, images).entries())
    await writeFile(join(folder, `public_${String(index).padStart(4, '0')}.png`), await crop.read())
  return folder
}

async function cameras(clients: number, images: number): Promise<readonly CropSet[]> {
  if (existsSync(realCrops)) {
    const sets = dataSetsOf(await directoryFiles(realCrops), { rootName: 'market1501' })
    return splitClients(sets, 'by-camera', { clients, images }).map((client) => client.crops)
  }
  const people = syntheticPeople({ identities: Math.ceil(images / 6), cameras: clients, imagesPerCamera: 6, seed: 1 })
  return Array.from(new Set(people.map((crop) => crop.camera)), (camera) =>
    people.filter((crop) => crop.camera === camera),
  )
}

async function writeFolder(crops: CropSet, folder: string, camera: string): Promise<TestCrops> {
  const names = new Set<string>([camera])
  const files: Uint8Array[] = []
  for (const [index, crop] of crops.entries()) {
    const identity = `walker-${crop.identity}-quartz`
    const file = `${camera}_${index}.png`
    const bytes = await crop.read()
    await mkdir(join(folder, identity), { recursive: true })
    await writeFile(join(folder, identity, file), bytes)
    names.add(identity).add(file)
    files.push(bytes)
  }
  return { folder, images: crops.length, names: [...names], files }
}
