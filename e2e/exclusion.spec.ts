import { connect, join, newIdentity } from '../apps/coordinator/test/scripted-client.ts'
import { createFederation, order, publishedRounds, quick, untilEnded, untilRun } from './federation.ts'
import { expect, test } from './fixtures.ts'
import { looks, reach } from './looks.ts'

const CLIENTS = 3

test('by keyboard alone the operator takes out a client in mid-round, and lets it in again: nothing is lost there', async ({
  coordinator,
  crops,
  participant,
  page,
}) => {
  const { operator } = coordinator
  const federation = await createFederation(operator, {
    name: 'Taken out',
    rounds: 1,
    cohort: { minClients: CLIENTS },
    // Long enough to be interrupted.
    local: { ...quick, input: { height: 128, width: 64 }, epochs: 100, validation: 0 },
  })
  const tabs = []
  for (const [index, { folder }] of (await crops(CLIENTS, 80)).entries()) {
    const tab = await participant(federation.path, `Camera ${index + 1}`)
    await tab.join(folder)
    tabs.push(tab.page)
  }
  const tab = tabs[CLIENTS - 1]
  await page.goto(`${coordinator.url}/#token=${coordinator.operatorToken}`)
  await page.getByRole('link', { name: 'Taken out' }).click()
  const takeOut = page.getByRole('button', { name: 'Take out: Camera 3' })
  await expect(takeOut).toBeVisible()
  await reach(page, takeOut, 'Enter')
  const dialog = page.getByRole('dialog', { name: 'Take out “Camera 3”?' })
  await expect(dialog.getByText('Then 2 clients are left and a round needs 3')).toBeVisible()
  await looks(page, 'take-out')
  await page.keyboard.press('Escape')
  await expect(takeOut).toBeFocused()

  await order(operator, 'start', federation)
  await untilRun(operator, ({ view }) => view.clients.some(({ state }) => state === 'training'))
  await page.keyboard.press('Enter')
  await reach(page, dialog.getByLabel('Reason'))
  await page.keyboard.type('its crops are of another place')
  await reach(page, dialog.getByRole('button', { name: 'Take out' }), 'Enter')

  await expect(tab.getByRole('alert')).toBeVisible()
  const title = tab.getByRole('heading', { name: 'This client was taken out of the federation' })
  await expect(title).toBeVisible()
  await expect(
    tab.getByText('The coordinator’s operator has taken this client out: its crops are of another place.'),
  ).toBeVisible()
  await looks(tab, 'taken-out')
  await expect(page.getByText(/by the operator, .*: its crops are of another place/)).toBeVisible()
  await expect(page.getByText('2 of 3 are here. 1 client is taken out.')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('status').filter({ hasText: 'Camera 3 is taken out.' })).toBeAttached()
  await looks(page, 'dashboard-taken-out')
  await tab.getByRole('button', { name: 'Try again' }).click()
  await expect(title).toBeVisible({ timeout: 60_000 })

  // Where the focus was left.
  const letIn = page.getByRole('button', { name: 'Let in again: Camera 3' })
  await expect(letIn).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(takeOut).toBeFocused()
  await tab.getByRole('button', { name: 'Try again' }).click()
  const run = await untilEnded(operator, 1)
  expect(publishedRounds(run)).toEqual([1])
  expect(run.rounds[0].outcome).toBe('aborted')
  for (const { outcome, contributions } of run.rounds)
    if (outcome === 'published')
      expect(contributions.map((one) => one.outcome)).toEqual(['counted', 'counted', 'counted'])
  expect(run.view.clients).toHaveLength(CLIENTS)
  await expect(tab.getByRole('button', { name: 'Download the model' })).toBeVisible()
})

test('with more clients than rows, a refusal stays in the dialog, and the focus goes where the row went', async ({
  coordinator,
  page,
}) => {
  const { operator, url } = coordinator
  const { id: federation, path } = await createFederation(operator, { name: 'Crowded', cohort: { minClients: 2 } })
  const token = new URLSearchParams(path.split('#')[1]).get('t') ?? ''
  const clients = []
  for (let index = 1; index <= 102; index++) {
    const identity = await newIdentity(`Camera ${index}`)
    const connection = await connect(url)
    await join(connection, identity, { federation, token })
    clients.push({ identity, connection })
  }
  await page.goto(`${url}/#token=${coordinator.operatorToken}`)
  await page.getByRole('link', { name: 'Crowded' }).click()
  const more = (count: number) => page.getByRole('button', { name: `Show ${count} more of ${count}` })
  await expect(more(2)).toBeVisible()
  const ask = async (alias: string) => {
    await page.getByRole('button', { name: `Take out: ${alias}`, exact: true }).press('Enter')
    return page.getByRole('dialog', { name: `Take out “${alias}”?` })
  }

  const refused = await ask('Camera 7')
  await refused.getByLabel('Reason').fill('its crops are of another place')
  const client = clients[6].identity.id
  expect(await operator.command('exclude', { federation, client, reason: '' })).toMatchObject({ ok: true })
  await refused.getByRole('button', { name: 'Take out' }).press('Enter')
  await expect(refused.getByRole('alert')).toHaveText('Camera 7 is taken out already.')
  await expect(refused.getByLabel('Reason')).toHaveValue('its crops are of another place')
  await page.keyboard.press('Escape')
  await expect(refused).toBeHidden()

  const dialog = await ask('Camera 2')
  await expect(dialog.getByRole('alert')).toBeHidden()
  await expect(dialog.getByLabel('Reason')).toHaveValue('')
  await dialog.getByRole('button', { name: 'Take out' }).press('Enter')
  await expect(dialog).toBeHidden()
  await expect(more(2)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Let in again: Camera 2', exact: true })).toBeVisible()
  for (const { connection } of clients) connection.close()
})
