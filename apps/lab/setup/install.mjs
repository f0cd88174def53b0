// Dependencies as locked. npm leaves `node_modules/.package-lock.json` at the end of an installation; when that file
// agrees with package-lock.json there is nothing to do.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Installs the locked dependencies where they are missing or differ. Throws an `Error` when npm fails. */
export function ensureInstalled(root) {
  if (isInstalled(root)) return
  console.error('passerby: installing dependencies (about half a minute) …')
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('`npm ci` failed: see above')
}

function isInstalled(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'))
  const held = packagesIn(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const other = held[path]
    // Builds for other platforms are locked but not installed.
    if (!other) return Boolean(entry.optional || entry.devOptional || entry.peer)
    return other.version === entry.version && other.integrity === entry.integrity
  })
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages
  } catch {
    return {}
  }
}
