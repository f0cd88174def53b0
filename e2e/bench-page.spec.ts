import type { Page } from '@playwright/test'
import { withLane } from '../apps/lab/src/bench/host.ts'
import { benchInPage } from '../apps/lab/src/bench/in-page.ts'
import { expect, test } from './fixtures.ts'

const options = {
  backbone: 'tiny',
  embedding: 16,
  height: 32,
  width: 16,
  batchSize: 4,
  rates: { backbone: 1e-3, head: 1e-3 },
  contender: 'ours',
  backend: 'wasm',
} as const

/** In a page whose threads open, count, and never come to the end of a step. */
async function benchThatHangs(page: Page) {
  await page.evaluate(() =>
    Object.assign(globalThis, {
      startThread: () => 0,
      askThread: (_: number, { method }: { method: string }) =>
        method === 'held'
          ? Promise.reject(new Error('the port is closed, the thread has crashed'))
          : method === 'steps'
            ? new Promise(() => {})
            : Promise.resolve({ ok: true, result: { kernels: 7 } }),
      endThread: () => {},
    }),
  )
  return benchInPage(page, { folder: '.', close: () => page.close() })
}

test('a page that crashes under steps is told by what it did, at once and to whoever asks later', async ({ page }) => {
  const host = await benchThatHangs(page)
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

test('so is a browser that ends, and a call that fails in a page that lives is nothing of the kind', async ({
  playwright,
  launchOptions,
}) => {
  const browser = await playwright.chromium.launch(launchOptions)
  const host = await benchThatHangs(await browser.newPage())
  const lane = await host.open(options)
  await expect(lane.held()).rejects.toThrow('the port is closed, the thread has crashed')
  expect(host.lost?.aborted).toBe(false)
  const [steps] = await Promise.allSettled([lane.steps(4), browser.close()])
  expect(steps).toMatchObject({ status: 'rejected', reason: { code: 'browser' } })
  expect(String(host.lost?.reason)).toMatch(/Chromium's page died during steps of ours tiny on wasm: .* closed/)
  expect(host.lost?.aborted).toBe(true)
})
