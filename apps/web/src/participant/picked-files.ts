import type { Picked } from './worker/workbench.ts'

/** What a file input or a drop gives, as the worker takes it. `undefined` when it is nothing. */
export function pickedFiles(files: readonly File[]): Picked | undefined {
  return picked(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
}

/** Walks dropped folders. Must be called within the drop event: the list is emptied after it. */
export async function droppedFiles(dropped: DataTransfer): Promise<Picked | undefined> {
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  return picked((await Promise.all(entries.map((entry) => filesBelow(entry)))).flat())
}

type PathFile = { readonly path: string; readonly file: File }

function picked(files: readonly PathFile[]): Picked | undefined {
  const only = files.length === 1 ? files[0] : undefined
  if (only && /\.zip$/i.test(only.path)) return { kind: 'zip', file: only.file }
  return files.length === 0 ? undefined : { kind: 'files', files }
}

async function filesBelow(entry: FileSystemEntry): Promise<PathFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    return [{ path: entry.fullPath.replace(/^\//, ''), file }]
  }
  if (!isDirectory(entry)) return []
  const reader = entry.createReader()
  const found: PathFile[] = []
  // A directory is read in batches until an empty one.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return found
    for (const child of batch) found.push(...(await filesBelow(child)))
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
