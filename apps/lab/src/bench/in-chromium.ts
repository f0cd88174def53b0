/** Lanes in a real page's workers: built as the pages are, served locally, opened in headless Chromium. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import { build, preview } from 'vite'
import { chromiumArguments, ensureChromium } from '../../setup/chromium.mjs'
import { LabError } from '../errors.ts'
import type { BenchHost } from './host.ts'
import { laneBehind, type LaneCall } from './lane-call.ts'
import type { PageThreads } from './page/threads.ts'

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
  return pages.map((page, tab) => hostIn(page, { folder: outDir, close: tab === 0 ? close : async () => {} }))
}

/** Timestamps of a graphics device are rounded to 0.1 ms without it. */
const TIMESTAMPS = '--enable-webgpu-developer-features'

/** First values go through a file of the served folder: ResNet-50's are more than a message to a page takes. */
const START = 'start.bin'

function hostIn(page: Page, { folder, close }: { folder: string; close: () => Promise<void> }): BenchHost {
  return {
    name: 'chromium',
    close,
    async open(options) {
      const thread = await page.evaluate(() => (globalThis as unknown as PageThreads).startThread())
      const ask = async (call: LaneCall) => {
        // The page defines it; see page/main.ts.
        const answer = await page.evaluate(
          ([thread, call]) => (globalThis as unknown as PageThreads).askThread(thread, call),
          [thread, call] as const,
        )
        if (!answer.ok) throw new LabError('worker', answer.message)
        return answer.result
      }
      const end = () => page.evaluate((thread) => (globalThis as unknown as PageThreads).endThread(thread), thread)
      const { start, ...others } = options
      if (!start) return laneBehind(options, { ask, end })
      await writeFile(join(folder, START), start)
      const open = (call: LaneCall) => ask(call.method === 'open' ? { ...call, startAt: `/${START}` } : call)
      return laneBehind(others, { ask: open, end })
    },
  }
}
