/** Runs benchmark jobs in a real page's worker: built as the pages are, served locally, opened in headless Chromium. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { chromiumArguments, ensureChromium } from '../../setup/chromium.mjs'
import type { BenchJob } from './job.ts'
import type { BenchAnswer, RunInWorker } from './page/answer.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))

export interface BenchPage {
  run(job: BenchJob): Promise<BenchAnswer>
  close(): Promise<void>
}

export async function openBenchPage(): Promise<BenchPage> {
  const outDir = await mkdtemp(join(tmpdir(), 'passerby-bench-'))
  const common = { root: PAGE, configFile: false, logLevel: 'error' } as const
  await build({ ...common, worker: { format: 'es' }, build: { outDir, emptyOutDir: true, target: 'es2023' } })
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...chromiumArguments] })
  const page = await browser.newPage()
  await page.goto(server.resolvedUrls?.local.at(0) ?? '')
  return {
    // The page defines it; see page/main.ts.
    run: (job) => page.evaluate((job) => (globalThis as unknown as { runInWorker: RunInWorker }).runInWorker(job), job),
    async close() {
      await browser.close()
      await server.close()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
