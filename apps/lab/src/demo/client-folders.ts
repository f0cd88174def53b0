import type { ClientCrops } from '@passerby/crops'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

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
    for (const crop of crops) {
      const file = join(folder, crop.name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, await crop.read())
    }
    folders.push({ name, folder })
  }
  return folders
}
