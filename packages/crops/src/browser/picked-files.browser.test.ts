import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { droppedFiles, openFiles, pickedFiles } from './picked-files.ts'

const bytes = (...values: readonly number[]) => Uint8Array.from(values)

describe('picked and dropped files', () => {
  test('picked files keep their paths, a .zip stands for what is in it, clutter is left out', async () => {
    const archive = zipSync({ 'in/b.jpg': bytes(2), '__MACOSX/in/b.jpg': bytes(9) })
    const list = [new File([bytes(1)], 'c.jpg'), new File([archive.slice()], 'crops.ZIP'), new File([], '.DS_Store')]
    const folder = new File([bytes(3)], 'a.jpg')
    Object.defineProperty(folder, 'webkitRelativePath', { value: 'people/anna/a.jpg' })
    const files = await openFiles(pickedFiles([...list, folder]))
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['c.jpg', 1],
      ['in/b.jpg', 1],
      ['people/anna/a.jpg', 1],
    ])
    expect(await Promise.all(files.map((file) => file.read()))).toEqual([bytes(1), bytes(2), bytes(3)])
  })

  test('a broken archive is an error that says so', async () => {
    const files = pickedFiles([new File(['no archive'], 'crops.zip')])
    await expect(openFiles(files)).rejects.toMatchObject({ code: 'archive' })
  })

  test('single dropped files', async () => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes(1)], 'a.jpg'))
    expect((await droppedFiles(transfer)).map(({ path }) => path)).toEqual(['a.jpg'])
  })

  test('a dropped folder is read to its last batch and its deepest folder', async () => {
    const root = await temporaryRoot()
    const people = await makeFolder(root, 'people')
    const anna = await makeFolder(people, 'anna')
    for (let i = 0; i < 230; i++) await makeFile(anna, `c1_${String(i).padStart(3, '0')}.jpg`)
    await makeFile(people, 'notes.txt')
    try {
      const files = await droppedFiles(dropOf(people))
      expect(files).toHaveLength(231)
      const opened = await openFiles(files)
      expect(opened.map(({ name }) => name).slice(-3)).toEqual([
        'people/anna/c1_228.jpg',
        'people/anna/c1_229.jpg',
        'people/notes.txt',
      ])
      expect(await opened[0].read()).toEqual(bytes(7))
    } finally {
      await new Promise<void>((resolve, reject) => people.removeRecursively(resolve, reject))
    }
  })
})

/** Only Chromium's own file system gives real folder entries without a real drop. */
declare global {
  interface Window {
    webkitRequestFileSystem(
      type: 0,
      size: number,
      done: (system: FileSystem) => void,
      fail: (error: Error) => void,
    ): void
  }
  interface FileSystemDirectoryEntry {
    removeRecursively(done: () => void, fail: (error: Error) => void): void
  }
  interface FileSystemFileEntry {
    createWriter(done: (writer: EventTarget & { write(data: Blob): void }) => void, fail: (error: Error) => void): void
  }
}

function temporaryRoot(): Promise<FileSystemDirectoryEntry> {
  return new Promise((resolve, reject) =>
    window.webkitRequestFileSystem(0, 1_000_000, (system) => resolve(system.root), reject),
  )
}

function makeFolder(parent: FileSystemDirectoryEntry, name: string): Promise<FileSystemDirectoryEntry> {
  return new Promise((resolve, reject) =>
    parent.getDirectory(name, { create: true }, (entry) => resolve(entry as FileSystemDirectoryEntry), reject),
  )
}

async function makeFile(parent: FileSystemDirectoryEntry, name: string): Promise<void> {
  const file = await new Promise<FileSystemFileEntry>((resolve, reject) =>
    parent.getFile(name, { create: true }, (entry) => resolve(entry as FileSystemFileEntry), reject),
  )
  await new Promise<void>((resolve, reject) =>
    file.createWriter((writer) => {
      writer.addEventListener('writeend', () => resolve())
      writer.write(new Blob([bytes(7)]))
    }, reject),
  )
}

/** A drop of one entry: scripts can put files into a DataTransfer, but no folders. */
function dropOf(entry: FileSystemEntry): DataTransfer {
  const item = { webkitGetAsEntry: () => entry, getAsFile: () => null }
  return { items: [item] } as unknown as DataTransfer
}
