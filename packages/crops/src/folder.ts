/**
 * A flat folder of small files, the only storage that crops and the learner's memory need: OPFS in a browser
 * (`./browser`), a directory in Node (`./node`). Both pass the same contract suite, `folder-contract.ts`.
 */
export interface Folder {
  /** The file's bytes, or those in `[range.start, range.end)`; `undefined` when there is no such file. */
  read(name: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Replaces the file as a whole: after a crash it holds the old bytes or the new ones. Throws `CropsError('storage-full')`. */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>
  /** File names in code-unit order. */
  list(): Promise<readonly string[]>
  usage(): Promise<FolderUsage>
}

export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface FolderUsage {
  /** Bytes in this folder. */
  readonly used: number
  /** Bytes that may still be written, as far as the system says. */
  readonly left: number
}

/** Throws `RangeError` unless the name is safe on every file system: `a-z 0-9 . _ -`, starting with a letter or digit. */
export function checkFileName(name: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)) throw new RangeError(`Folder: '${name}' is not a file name`)
  return name
}
