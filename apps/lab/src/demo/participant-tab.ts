import type { Browser, Page } from 'playwright'

export interface TabOptions {
  /** The whole join link with its fragment. */
  readonly link: string
  readonly alias: string
  /** Picked as a person would pick it. */
  readonly folder: string
}

/** Importing crops and the speed test, beside other tabs on a slow machine. */
const STEP_TIMEOUT_MS = 120_000

/** Opens the participant page in a context of its own and goes through it to training, as a person would. */
export async function openParticipantTab(browser: Browser, options: TabOptions): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  await page.goto(options.link)
  await page.getByLabel('Alias').fill(options.alias)
  await page.getByRole('checkbox').check()
  await press('Join')
  const chooser = page.waitForEvent('filechooser')
  await press('Choose a folder')
  await (await chooser).setFiles(options.folder)
  await press('Use these crops')
  await press('Continue')
  await press('Start training')
  return page
}
