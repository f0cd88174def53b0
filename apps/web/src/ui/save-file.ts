/** Hands a file to the browser's downloads. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The browser holds its own reference once the download began; a minute is long enough for it to begin.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Letters, digits and dashes of a name, for a file's. */
export function fileStem(name: string): string {
  const stem = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return stem || 'federation'
}
