import { chromium, type Browser } from 'playwright'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureChromium, quietArguments } from '../../setup/chromium.mjs'
import type { LaneOptions } from '@passerby/learner/bench'
import { withLane } from './host.ts'
import { benchInPage } from './in-page.ts'
import { lostSentence } from './run-bench.ts'

const options: LaneOptions = {
  backbone: 'tiny',
  embedding: 16,
  height: 32,
  width: 16,
  batchSize: 4,
  rates: { backbone: 1e-3, head: 1e-3 },
  contender: 'ours',
  backend: 'wasm',
}

let browser: Browser
beforeEach(async () => {
  browser = await chromium.launch({ executablePath: ensureChromium(), args: [...quietArguments] })
})
afterEach(() => browser.close())

/** In a page whose threads open, count, and never come to the end of a step. */
async function benchThatHangs() {
  const page = await browser.newPage()
  await page.evaluate(() =>
    Object.assign(globalThis, {
      startThread: () => 0,
      askThread: (_: number, { method }: { method: string }) =>
        method === 'held'
          ? Promise.reject(new RangeError('no such method'))
          : method === 'steps'
            ? new Promise(() => {})
            : Promise.resolve({ ok: true, result: { kernels: 7 } }),
      endThread: () => {},
    }),
  )
  return { page, host: benchInPage(page, { folder: '.', close: () => browser.close() }) }
}

test('a page that crashes under steps is told by what it did, at once and to whoever asks later', async () => {
  const { page, host } = await benchThatHangs()
  const lane = await host.open(options)
  expect(await lane.count()).toEqual({ kernels: 7 })
  expect(host.lost?.aborted).toBe(false)
  const steps = lane.steps(4)
  page.goto('chrome://crash').catch(() => {})
  await expect(steps).rejects.toMatchObject({
    code: 'browser',
    message: "Chromium's page died during steps of ours tiny on wasm: Target crashed",
  })
  expect(host.lost?.aborted).toBe(true)
  await lane.close()
  const found = await withLane(host, { ...options, contender: 'stock' }, (lane) => lane.steps(4))
  expect(found).toEqual({ failure: "Chromium's page died during steps of ours tiny on wasm: Target crashed" })
})

test('so is a browser that ends, and a call that fails in a page that lives is nothing of the kind', async () => {
  const { host } = await benchThatHangs()
  const lane = await host.open(options)
  await expect(lane.held()).rejects.toThrow('no such method')
  expect(host.lost?.aborted).toBe(false)
  const [steps] = await Promise.allSettled([lane.steps(4), browser.close()])
  expect(steps).toMatchObject({ status: 'rejected', reason: { code: 'browser' } })
  expect(String(host.lost?.reason)).toMatch(/Chromium's page died during steps of ours tiny on wasm: .* closed/)
  expect(host.lost?.aborted).toBe(true)
})

test('what a bench says at its end: what died, what was measured, and what was not', () => {
  const parts = ['comparison', 'threads', 'soak', 'curves']
  const said = lostSentence(new Error('The page died'), { parts, at: 2 })
  expect(said).toMatch(
    /^The page died\. Measured before it: comparison, threads; until it: soak; not any more: curves\./,
  )
  expect(lostSentence(new Error('It'), { parts: ['soak'], at: 0 })).toMatch(
    /before it: nothing; .* any more: nothing\./,
  )
})
