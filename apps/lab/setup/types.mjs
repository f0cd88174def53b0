// Type-checks the whole tree with browser and Node types, then each pure package alone with neither,
// so that an accidental `document` or `Buffer` in a pure package does not compile.
import { spawnSync } from 'node:child_process'

const projects = ['.', 'packages/reid', 'packages/backbones', 'packages/federation', 'packages/protocol']
let failed = false
for (const project of projects) {
  const { status } = spawnSync('npx', ['--no-install', 'tsc', '-p', project], { stdio: 'inherit' })
  failed ||= status !== 0
}
process.exit(failed ? 1 : 0)
