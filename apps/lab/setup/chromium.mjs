// The one place that knows where a Chromium is, how to get one and with which flags to start it. Plain Node, since it
// also runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const MAC_APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Keeps an automated browser off the network and free of questions. */
export const quietArguments = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The same with WebGPU on SwiftShader, which needs all four of these flags: for tests, since it is slow. */
export const chromiumArguments = [
  ...quietArguments,
  '--enable-unsafe-webgpu',
  '--use-angle=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
]

/** The path of an installed Chromium: `PASSERBY_CHROMIUM`, else one on the PATH, else Playwright's; or undefined. */
export function findChromium() {
  const named = process.env.PASSERBY_CHROMIUM
  if (named) {
    if (!existsSync(named)) throw new Error(`PASSERBY_CHROMIUM names ${named}, which does not exist`)
    return named
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...onPath, ...MAC_APPLICATIONS].find(starts) ?? downloadedByPlaywright()
}

/** As `findChromium`, but installs one where there is none. Throws an `Error` that says what to install. */
export function ensureChromium() {
  return findChromium() ?? installBySystem() ?? installByPlaywright() ?? refuse()
}

/** Ubuntu's `chromium-browser` may be a script that only names a snap: what cannot tell its version is no browser. */
function starts(path) {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0
}

function downloadedByPlaywright() {
  try {
    const path = createRequire(import.meta.url)('playwright').chromium.executablePath()
    return existsSync(path) ? path : undefined
  } catch {
    return undefined // not installed yet
  }
}

function installBySystem() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  console.error('passerby: no Chromium found; installing one with apt-get …')
  const apt = (...words) =>
    spawnSync('apt-get', words, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  apt('-qq', 'update')
  return apt('-qq', 'install', '-y', '--no-install-recommends', 'chromium') ? findChromium() : undefined
}

function installByPlaywright() {
  console.error("passerby: no Chromium found; downloading Playwright's …")
  spawnSync('npx', ['--no-install', 'playwright', 'install', 'chromium'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  return downloadedByPlaywright()
}

function refuse() {
  throw new Error(
    'No Chromium was found and none could be installed. Install one (Debian and Ubuntu: `sudo apt-get install chromium`; ' +
      'macOS: `brew install --cask chromium`), or name one: PASSERBY_CHROMIUM=/path/to/chromium.',
  )
}
