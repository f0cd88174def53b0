// The built pages in dist/web, built anew when a source is newer.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = ['apps/web', 'packages', 'public', 'vite.config.ts', 'package-lock.json']
const SKIPPED = new Set(['node_modules', 'dist'])

/**
 * Builds the pages where they are missing or stale; answers their folder. Throws an `Error` when the build fails.
 * `testHooks`: a build of its own, in which tests can see what is handed to sealing.
 */
export function ensurePages(root, { testHooks = false } = {}) {
  const folder = join(root, 'dist', testHooks ? 'web-test' : 'web')
  const built = newest(join(folder, 'index.html'))
  if (built > 0 && SOURCES.every((source) => newest(join(root, source)) <= built)) return folder
  console.error('passerby: building the pages …')
  const words = ['--no-install', 'vite', 'build', '--logLevel', 'warn', '--outDir', folder]
  const { status, stdout, stderr } = spawnSync('npx', words, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, VITE_TEST_HOOKS: testHooks ? '1' : '' },
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`the pages could not be built:\n${stdout}${stderr}`)
  return folder
}

/** The latest modification at or below a path, in epoch milliseconds; 0 when there is none. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0
  let latest = 0
  for (const name of readdirSync(path)) if (!SKIPPED.has(name)) latest = Math.max(latest, newest(join(path, name)))
  return latest
}
