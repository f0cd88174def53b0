import { afterEach, expect, test, vi } from 'vitest'
import { edgeServer } from '../../test/edge-server.ts'
import { smallLayout } from '../../test/model.ts'
import { participate } from '../../test/returning-client.ts'
import { newIdentity } from '../../test/scripted-client.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { apply } from './apply.ts'
import { serially } from './interpreter.ts'
import { upkeep } from './upkeep.ts'

vi.setConfig({ testTimeout: 60_000 })

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('what a strategy remembered is deleted a while after another took its place, and the newest never', async () => {
  const place = await openSurroundings()
  closers.push(() => place.close())
  let later = 0
  const around = { ...place.around, now: () => place.around.now() + later }
  const server = await edgeServer(around)
  closers.push(() => server.close())
  const settings = { name: 'Moving', rounds: 3, cohort: { minClients: 1 }, strategy: { name: 'fedavgm' } } as const
  const { core, ...to } = await createFederation(around, server.runs, { settings, layout: smallLayout })
  await serially(core, () => apply(core, { type: 'started' }))
  const identity = await newIdentity('Anna')
  // Nothing moves: only the round tells one file from another.
  const update = () => ({ layout: smallLayout, value: 1 })
  await participate({ up: Promise.resolve(server.url), ...to }, { identity, update })
  await server.runs.idle()

  const earlier = [...core.outdated.keys()]
  const newest = core.kept.memory?.sha256 ?? ''
  expect(new Set([...earlier, newest]).size).toBe(3)
  const kept = async () => {
    const found = await Promise.all([...earlier, newest].map((sha256) => around.blobs.open(sha256)))
    return found.map((blob) => blob !== undefined)
  }
  await upkeep(core)
  expect(await kept()).toEqual([true, true, true])
  later = 3_600_000
  await upkeep(core)
  expect(await kept()).toEqual([false, false, true])
  expect(core.outdated.size).toBe(0)
})
