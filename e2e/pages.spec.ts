import type { Page } from '@playwright/test'
import { createFederation, order, quick, untilEnded } from './federation.ts'
import { expect, test } from './fixtures.ts'
import { looks, reach } from './looks.ts'

/** Through the form's templates and strategies, back to a strategy that needs no public set. */
async function walkStrategies(page: Page): Promise<void> {
  const template = (name: string) => page.getByRole('button', { name, exact: true })
  await template('Device, edge and cloud').click()
  await reach(page, template('Undo the choice'), 'Enter')
  await expect(template('Plain')).toBeFocused()
  await expect(template('Plain')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('status').filter({ hasText: /^The choice is undone: .* from: Plain\.$/ })).toBeAttached()
  await template('Device, edge and cloud').click()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('From the form')
  await expect(page.getByLabel('Weight of an update')).toHaveValue('cosine-logits')
  await page.getByLabel('Compare clients').selectOption({ label: 'Image by image' })
  await page.getByLabel('Who computes the soft targets').selectOption({ label: 'Each client, on its own device' })
  await page.getByRole('button', { name: 'Create' }).click()
  await expect(page.getByLabel('Who computes the soft targets')).toHaveAccessibleDescription(
    /Clustering makes several models and distillation teaches one/,
  )
  await looks(page, 'new-federation-refused')
  await template('Plain').click()
  await page.getByRole('combobox', { name: 'Strategy', exact: true }).selectOption({ label: 'FedProx' })
  await expect(page.getByLabel('Proximal term μ')).toHaveValue('0.01')
}

/** Whether the page and its training worker may share memory with threads. */
async function isolated(page: Page): Promise<boolean[]> {
  const [learner] = page.workers()
  return Promise.all([page.evaluate(() => crossOriginIsolated), learner.evaluate(() => crossOriginIsolated)])
}

test('from the join link to the end of training by keyboard alone, every page without serious findings', async ({
  coordinator,
  participant,
  page,
}) => {
  const { operator } = coordinator
  const federation = await createFederation(operator, {
    name: 'By keyboard',
    rounds: 2,
    cohort: { minClients: 1 },
    local: { ...quick, input: { height: 32, width: 16 } },
  })
  const tab = (await participant(federation.path, 'unused')).page
  const inMain = (name: string) => tab.getByRole('main').getByRole('button', { name, exact: true })
  await expect(inMain('Join')).toBeVisible()
  await looks(tab, 'join')
  await reach(tab, tab.getByLabel('Alias'))
  await tab.keyboard.press('ControlOrMeta+A')
  await tab.keyboard.type('North entrance')
  await reach(tab, tab.getByRole('checkbox'), 'Space')
  await reach(tab, inMain('Join'), 'Enter')

  await expect(inMain('Choose a folder')).toBeVisible()
  await looks(tab, 'crops-empty')
  await reach(tab, tab.getByRole('button', { name: /generated people/i }), 'Enter')
  await expect(inMain('Use these crops')).toBeEnabled({ timeout: 60_000 })
  await looks(tab, 'crops')
  await reach(tab, inMain('Use these crops'), 'Enter')

  await expect(inMain('Start training')).toBeEnabled({ timeout: 90_000 })
  await looks(tab, 'check')
  expect(await isolated(tab)).toEqual([true, true])
  const threads = tab.getByLabel('Processor threads')
  const most = await threads.locator('option').last().getAttribute('value')
  await threads.selectOption(most)
  await expect(tab.getByText(`in WebAssembly with SIMD, on ${most} thread`)).toBeVisible({ timeout: 90_000 })
  await reach(tab, inMain('Start training'), 'Enter')
  await expect(tab.getByText('Images 0 B')).toBeVisible()
  await looks(tab, 'train-waiting')

  await page.goto(`${coordinator.url}/#token=${coordinator.operatorToken}`)
  await page.getByRole('link', { name: 'By keyboard' }).click()
  await expect(page.getByRole('heading', { name: 'By keyboard' })).toBeVisible()
  await looks(page, 'dashboard-waiting')
  await order(operator, 'start', federation)
  await untilEnded(operator, 2)

  await expect(tab.getByRole('button', { name: 'Download the model' })).toBeVisible()
  await looks(tab, 'train-ended')
  await looks(page, 'dashboard-ended')

  await reach(tab, inMain('Try it on own crops'), 'Enter')
  const finds = tab.getByRole('region', { name: 'Who the model finds' })
  const found = finds.getByRole('list').getByRole('list')
  await expect(found.first()).toBeVisible({ timeout: 60_000 })
  const places = await found.evaluateAll((lists) => lists.map((list) => list.textContent))
  for (const words of places) expect(words).toMatch(/^1 (right|wrong)2 (right|wrong).*10 (right|wrong)$/)
  const firstRight = places.filter((words) => words?.startsWith('1 right')).length
  await expect(finds.getByText(`For ${firstRight} of ${places.length} searched crops`)).toBeVisible()
  await reach(tab, finds.getByRole('switch', { name: 'Where the model looks' }), 'Space')
  await expect(finds.getByText('of the answer comes from the upper third')).toBeVisible({ timeout: 60_000 })
  expect(await finds.locator('canvas').count()).toBe(await finds.getByRole('img').count())
  await looks(tab, 'train-pictures')
  const plane = tab.getByRole('region', { name: 'How the model keeps people apart' })
  await expect(plane.getByRole('img', { name: 'Crops as points' })).toHaveAccessibleDescription(
    /^\d+ crops of \d+ identities, .* hold \d+\.\d % of the variance\.$/,
  )
  await reach(tab, plane.getByRole('button', { name: 'Crops as a table' }), 'Enter')
  await expect(plane.getByRole('table')).toBeVisible()
  await looks(tab, 'train-pictures-table')
  await expect(tab.getByText('Images 0 B')).toBeVisible()
})

test('the dashboard: wrong token, first federation, form, invite', async ({ coordinator, page }) => {
  await page.goto(`${coordinator.url}/#token=wrong`)
  await expect(page.getByRole('alert')).toBeVisible()
  await looks(page, 'login')
  await page.goto('about:blank')
  await page.goto(`${coordinator.url}/#token=${coordinator.operatorToken}`)
  await expect(page.getByRole('heading', { name: 'Federations' })).toBeVisible()
  await looks(page, 'federations-empty')
  await page.getByRole('link', { name: 'New federation' }).first().click()
  await looks(page, 'new-federation')
  await page.getByLabel('Name', { exact: true }).fill('From the form')
  await page.getByRole('button', { name: 'Create' }).click()
  await expect(page.getByRole('heading', { name: 'From the form' })).toBeVisible()
  await looks(page, 'created')
})

test('the form: scenarios of FedReID and strategies', async ({ coordinator, page }) => {
  await page.goto(`${coordinator.url}/#token=${coordinator.operatorToken}`)
  await page.getByRole('link', { name: 'New federation' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('From the form')
  await walkStrategies(page)
  await page.getByRole('button', { name: 'Create' }).click()
  await expect(page.getByRole('heading', { name: 'From the form' })).toBeVisible()
})
