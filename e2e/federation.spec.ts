import { backboneByName, parametersOf } from '@passerby/backbones'
import { decodeUpdate } from '@passerby/protocol'
import { createFederation, order, publishedRounds, quick, untilEnded } from './federation.ts'
import { expect, test } from './fixtures.ts'
import { leaksIn } from './leaks.ts'

test('three tabs train OSNet on real crops and nothing but sealed updates leaves them', async ({
  coordinator,
  crops,
  participant,
}) => {
  const { operator } = coordinator
  const local = { ...quick, backbone: 'osnet_x0_25', embedding: 64, validation: 0.3 }
  const federation = await createFederation(operator, {
    name: 'Three cameras',
    rounds: 2,
    cohort: { minClients: 3 },
    local,
  })
  await order(operator, 'start', federation)
  const folders = await crops(3, 60)
  const tabs = []
  for (const [index, { folder }] of folders.entries()) {
    const tab = await participant(federation.path, `Camera ${index + 1}`)
    await tab.join(folder)
    tabs.push(tab)
  }

  const run = await untilEnded(operator, 2)
  expect(publishedRounds(run)).toEqual([1, 2])
  for (const { contributions } of run.rounds) {
    expect(contributions.map(({ outcome }) => outcome)).toEqual(['counted', 'counted', 'counted'])
    for (const { loss, local: before, global } of contributions) {
      expect(loss).toBeGreaterThan(0)
      expect(before?.queries).toBeGreaterThan(0)
      expect(global?.queries).toBeGreaterThan(0)
    }
  }

  const layout = parametersOf(backboneByName('osnet_x0_25', 64))
  for (const [index, { page, sent }] of tabs.entries()) {
    await expect(page.getByText('Images 0 B')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Download the model' })).toBeVisible()
    expect(leaksIn(sent, folders[index])).toEqual([])
    expect(new Set(sent.requests.map(({ url }) => new URL(url).origin))).toEqual(new Set([coordinator.url]))
    expect(sent.requests.filter(({ method }) => method !== 'GET')).toEqual([])
    expect(sent.sealed).toHaveLength(2)
    for (const plaintext of sent.sealed) {
      const { values, weight } = decodeUpdate(layout, plaintext)
      expect(values.some((value) => value !== 0)).toBe(true)
      expect(weight).toBeGreaterThan(0)
      expect(weight).toBeLessThan(folders[index].images)
    }
  }
})

test('the search for leaks finds what does leak', async ({ crops }) => {
  const [site] = await crops(1, 8)
  const leaked = Buffer.concat([Buffer.from('x'), Buffer.from(site.files[0].subarray(0, 1200))])
  const names = Buffer.from(JSON.stringify({ note: site.names[1] }))
  const nothing = { frames: [], requests: [], sealed: [] }
  expect(leaksIn({ ...nothing, frames: [leaked] }, site)).not.toEqual([])
  expect(
    leaksIn({ ...nothing, requests: [{ method: 'POST', url: 'http://localhost/', body: names }] }, site),
  ).not.toEqual([])
  expect(leaksIn({ ...nothing, frames: [Buffer.from('nothing of it')] }, site)).toEqual([])
})
