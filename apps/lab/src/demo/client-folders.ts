import type { ClientCrops, Crop, CropSet } from '@passerby/crops'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'

/**
 * Writes each client's crops below `root`, under the names that tell who and where; answers their folders. These are
 * what a participant picks on a page: in a temporary place, and gone with it.
 */
export async function writeClientFolders(
  clients: readonly ClientCrops[],
  root: string,
): Promise<readonly { readonly name: string; readonly folder: string }[]> {
  const folders = []
  for (const [index, { name, crops }] of clients.entries()) {
    const folder = join(root, `client-${index + 1}`)
    for (const crop of crops) await writeCrop(crop, join(folder, crop.name))
    folders.push({ name, folder })
  }
  return folders
}

/** Writes crops in their order, under names that tell nothing of who is on them: what `--public-set` names. */
export async function writePublicFolder(crops: CropSet, folder: string): Promise<void> {
  for (const [index, crop] of crops.entries())
    await writeCrop(crop, join(folder, `${String(index + 1).padStart(6, '0')}${extname(crop.name)}`))
}

async function writeCrop(crop: Crop, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, await crop.read())
}
