/** Files that a person picked or dropped on a page. */
import { concurrently } from '../concurrently.ts'
import { isClutter } from '../clutter.ts'
import type { FileSource } from '../crop.ts'
import { CropsError } from '../errors.ts'
import { zipFiles } from '../zip.ts'

/** A file and its path below what was picked. It can be posted to a worker. */
export interface PathFile {
  readonly path: string
  readonly file: File
}

/** Files of an `<input type=file>`, with or without `webkitdirectory`. */
export function pickedFiles(list: Iterable<File>): PathFile[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

/**
 * What was dropped on a page, folders with all that is in them. Call it within the drop event, whose list is emptied
 * afterwards. Throws `CropsError('unreadable')` when a folder cannot be read.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<PathFile[]> {
  const dropped = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? item.getAsFile() ?? [])
  const files = await concurrently(dropped, async (item) =>
    item instanceof File ? pickedFiles([item]) : filesBelow(item),
  )
  return files.flat()
}

/**
 * Picked or dropped files as sources by name in code-unit order, without what systems leave behind. A .zip stands for
 * the files in it. Works in pages and workers. Throws `CropsError('archive')` for a broken archive.
 */
export async function openFiles(files: readonly PathFile[]): Promise<FileSource[]> {
  const sources = await concurrently(files, async ({ path, file }) => {
    if (isClutter(path)) return []
    return /\.zip$/i.test(path) ? zipFiles(file) : [sourceOf(path, file)]
  })
  return sources.flat().sort((a, b) => (a.name < b.name ? -1 : 1))
}

function sourceOf(name: string, file: File): FileSource {
  const read = async () => {
    try {
      return new Uint8Array(await file.arrayBuffer())
    } catch (error) {
      throw new CropsError('unreadable', 'The file cannot be read any more: was it moved or deleted?', error)
    }
  }
  return { name, size: file.size, read }
}

async function filesBelow(entry: FileSystemEntry): Promise<PathFile[]> {
  if (isFile(entry)) return [{ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) }]
  if (!isDirectory(entry)) return []
  const children = await childrenOf(entry)
  return (await concurrently(children, filesBelow)).flat()
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, (error) => reject(lost(entry, error))))
}

/** A reader gives its entries in batches (a hundred in Chromium) until one is empty. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const children: FileSystemEntry[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (error) => reject(lost(directory, error))),
    )
    if (batch.length === 0) return children
    children.push(...batch)
  }
}

const lost = (entry: FileSystemEntry, cause: unknown) =>
  new CropsError('unreadable', `${entry.fullPath} cannot be read: was it moved or deleted?`, cause)
