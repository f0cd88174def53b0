import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { syntheticPeople } from '@passerby/crops'

/** A folder of generated person crops, two for each person, beside a file that is none. */
export async function publicFolder(images: number): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'passerby-public-'))
  const people = syntheticPeople({ identities: Math.ceil(images / 2), cameras: 2, imagesPerCamera: 1, seed: 7 })
  for (const crop of people.slice(0, images)) {
    const file = join(path, crop.name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, await crop.read())
  }
  await writeFile(join(path, 'labels.csv'), 'name,identity\n')
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
