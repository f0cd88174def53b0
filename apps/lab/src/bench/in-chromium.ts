/** Lanes in a real page's workers: built as the pages are, served locally, opened in headless Chromium. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { chromiumArguments, ensureChromium } from '../../setup/chromium.mjs'
import type { BenchHost } from './host.ts'
import { benchInPage } from './in-page.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))

/** As the coordinator serves pages: without these a worker has no shared memory. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** As many pages of one browser as asked for, each a host. The first one's `close` closes all of them. */
export async function benchInChromium(tabs = 1): Promise<readonly BenchHost[]> {
  const outDir = await mkdtemp(join(tmpdir(), 'passerby-bench-'))
  const common = { root: PAGE, configFile: false, logLevel: 'error' } as const
  await build({ ...common, worker: { format: 'es' }, build: { outDir, emptyOutDir: true, target: 'es2023' } })
  const server = await preview({
    ...common,
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1', headers: ISOLATION },
  })
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...chromiumArguments, TIMESTAMPS] })
  const close = async () => {
    await browser.close()
    await server.close()
    await rm(outDir, { recursive: true, force: true })
  }
  const pages = await Promise.all(Array.from({ length: tabs }, () => browser.newPage()))
  await Promise.all(pages.map((page) => page.goto(server.resolvedUrls?.local.at(0) ?? '')))
  return pages.map((page, tab) => benchInPage(page, { folder: outDir, close: tab === 0 ? close : async () => {} }))
}

/** Timestamps of a graphics device are rounded to 0.1 ms without it. */
const TIMESTAMPS = '--enable-webgpu-developer-features'
