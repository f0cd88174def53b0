import type { Browser, Page } from 'playwright'
import { LabError } from '../errors.ts'

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
  try {
    await goToTraining(page, options)
  } catch (cause) {
    const shown = await page
      .getByRole('main')
      .innerText({ timeout: 1_000 })
      .catch(() => 'nothing')
    throw new LabError('browser', `The tab of ${options.alias} did not get to its training. It shows:\n${shown}`, cause)
  }
  return page
}

async function goToTraining(page: Page, { link, alias, folder }: TabOptions): Promise<void> {
  const press = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true }).click()
  await page.goto(link)
  await page.getByLabel('Alias').fill(alias)
  await page.getByRole('checkbox').check()
  await press('Join')
  const chooser = page.waitForEvent('filechooser')
  await press('Choose a folder')
  await (await chooser).setFiles(folder)
  await press('Use these crops')
  await press('Start training')
}
