// What makes `npm start`, `npm run demo`, `npm run lab -- …` and `npm test` work as the first command on a fresh clone:
// installs and builds what is missing, then runs the thing. Plain Node, no dependencies.
//
//   node apps/lab/setup/ready.mjs [--run start|demo|lab|test [arguments …]]
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join, resolve } from 'node:path'
import { buildKernels } from '../../../packages/learner/scripts/build-kernels.mjs'
import { ensureChromium } from './chromium.mjs'
import { ensureInstalled } from './install.mjs'
import { ensurePages } from './pages.mjs'

const root = resolve(import.meta.dirname, '../../..')
const typescript = (path) => ['--import', 'tsx', join(root, path)]

const runs = {
  start: { pages: true, chromium: false, command: typescript('apps/coordinator/src/main.ts') },
  demo: { pages: false, chromium: true, command: [...typescript('apps/lab/src/main.ts'), 'demo'] },
  lab: { pages: false, chromium: false, command: typescript('apps/lab/src/main.ts') },
  test: { pages: false, chromium: true, command: [join(root, 'apps/lab/setup/test.mjs')] },
}

const [flag, name, ...rest] = process.argv.slice(2)
const run = runs[name]
if (flag !== undefined && (flag !== '--run' || !run)) {
  console.error(`usage: ready.mjs [--run ${Object.keys(runs).join('|')} [arguments …]]`)
  process.exit(2)
}

try {
  ensureInstalled(root)
  await buildKernels()
  if (!run || run.chromium) ensureChromium()
  if (!run || run.pages) ensurePages(root)
} catch (error) {
  console.error(`passerby: ${error.message}`)
  process.exit(1)
}

if (run) {
  const child = spawn(process.execPath, [...run.command, ...rest], { cwd: root, stdio: 'inherit' })
  // Ctrl-C reaches the child by the terminal; it decides when to end.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
