import { type Browser, type BrowserContext, type Page, expect } from '@playwright/test'

/** One participant's tab with everything that it sent. */
export interface TestParticipant {
  readonly page: Page
  readonly context: BrowserContext
  readonly sent: Sent
  /** From the page's first step to training, on a backend of one's own choice where one is named. */
  join(folder: string, backend?: 'webgpu' | 'wasm'): Promise<void>
}

export interface Sent {
  /** WebSocket frames in the order in which they were sent. */
  readonly frames: Buffer[]
  /** Methods, addresses and bodies of HTTP requests. */
  readonly requests: { readonly method: string; readonly url: string; readonly body: Buffer }[]
  /** Every plaintext that was handed to sealing. */
  readonly sealed: Buffer[]
}

/** Opens the join link in a browser context of its own and records what leaves it. */
export async function openParticipant(
  browser: Browser,
  { link, alias }: { link: string; alias: string },
): Promise<TestParticipant> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const sent: Sent = { frames: [], requests: [], sealed: [] }
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.frames.push(Buffer.from(payload))))
  context.on('request', (request) =>
    sent.requests.push({
      method: request.method(),
      url: request.url(),
      body: request.postDataBuffer() ?? Buffer.alloc(0),
    }),
  )
  await page.exposeFunction('tellSealed', (base64: string) => sent.sealed.push(Buffer.from(base64, 'base64')))
  await page.addInitScript(forwardSealing)
  await page.goto(link)
  return {
    page,
    context,
    sent,
    async join(folder, backend) {
      await page.getByLabel('Alias').fill(alias)
      await page.getByRole('checkbox').check()
      await press(page, 'Join')
      const chooser = page.waitForEvent('filechooser')
      await press(page, 'Choose a folder')
      await (await chooser).setFiles(folder)
      await press(page, 'Use these crops')
      if (backend) await page.getByLabel('Backend').selectOption(backend, { timeout: PATIENCE_MS })
      await press(page, 'Start training')
      await expect(page.getByText('Images 0 B')).toBeVisible()
    },
  }
}

/** Runs in the page: passes on what the build's test hook tells. */
function forwardSealing(): void {
  addEventListener('passerby:sealing', (event) => {
    if (!(event instanceof CustomEvent) || !(event.detail instanceof Uint8Array)) return
    let binary = ''
    for (const byte of event.detail) binary += String.fromCharCode(byte)
    Reflect.get(globalThis, 'tellSealed')(btoa(binary))
  })
}

/** Importing crops and checking the device take a while beside other tabs, and longest on software WebGPU. */
const PATIENCE_MS = 180_000

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name, exact: true }).click({ timeout: PATIENCE_MS })
}
