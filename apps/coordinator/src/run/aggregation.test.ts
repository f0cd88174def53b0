import { type FederationSettingsInput, decodeSafetensors } from '@passerby/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { edgeServer } from '../../test/edge-server.ts'
import { smallLayout } from '../../test/model.ts'
import { participate } from '../../test/returning-client.ts'
import { type ScriptedUpdate, newIdentity } from '../../test/scripted-client.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { newestEvents } from '../store/journal.ts'
import { readRecords } from '../store/records.ts'
import { apply } from './apply.ts'
import type { RunCore, Surroundings } from './core.ts'
import { serially } from './interpreter.ts'

vi.setConfig({ testTimeout: 60_000 })

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** One round of two clients to its end. */
async function played(
  strategy: FederationSettingsInput['strategy'],
  update: (session: number) => ScriptedUpdate,
  change: (around: Surroundings) => Partial<Surroundings> = () => ({}),
  meanwhile: (core: RunCore) => Promise<void> = async () => undefined,
) {
  const place = await openSurroundings()
  closers.push(() => place.close())
  const around = { ...place.around, ...change(place.around) }
  const server = await edgeServer(around)
  closers.push(() => server.close())
  const settings = { name: 'Two', rounds: 1, cohort: { minClients: 2 }, strategy }
  const { core, ...to } = await createFederation(place.around, server.runs, { settings, layout: smallLayout })
  await serially(core, () => apply(core, { type: 'started' }))
  const identities = await Promise.all(['Anna', 'Ben'].map((alias) => newIdentity(alias)))
  const up = Promise.resolve(server.url)
  await Promise.all([
    meanwhile(core),
    ...identities.map((identity) => participate({ up, ...to }, { identity, update: ({ session }) => update(session) })),
  ])
  await server.runs.idle()
  const records = await readRecords(around.db, core.id, { now: Date.now() })
  return {
    outcomes: records.map(({ session, outcome }) => [session, outcome]),
    values: new Set(decodeSafetensors(await around.blobs.read(core.kept.model.sha256)).params.values),
    kinds: (await newestEvents(around.db, core.id)).map(({ kind }) => kind),
  }
}

test('R14 a model that holds what is no number never counts: its round opens anew', async () => {
  const update = (session: number) => ({ layout: smallLayout, value: session === 1 ? 3e38 : 3 })
  const { outcomes, values, kinds } = await played({ name: 'fedavgm', rate: 10 }, update)
  expect(outcomes).toEqual([
    [1, 'aborted'],
    [2, 'published'],
  ])
  // Weights ten steps from 0, statistics the mean.
  expect(values).toEqual(new Set([30, 3]))
  expect(kinds).toContain('not-finite')
})

test('R14 a round that is abandoned three times in a row pauses the run, which goes on when it is resumed', async () => {
  const update = (session: number) => ({ layout: smallLayout, value: session <= 3 ? 3e38 : 3 })
  const { outcomes, kinds } = await played({ name: 'fedavgm', rate: 10 }, update, undefined, async (core) => {
    await vi.waitFor(() => expect(core.machine.run.state).toBe('paused'), { timeout: 30_000 })
    await serially(core, () => apply(core, { type: 'resumed' }))
  })
  expect(outcomes).toEqual([
    [1, 'aborted'],
    [2, 'aborted'],
    [3, 'aborted'],
    [4, 'published'],
  ])
  expect(kinds.filter((kind) => kind === 'abandoned')).toHaveLength(1)
})

test('a disk that fails twice at once holds up an aggregation, and ends nothing', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', listen)
  closers.push(async () => void process.off('unhandledRejection', listen))
  let puts = 0
  const failing = ({ blobs }: Surroundings): Partial<Surroundings> => ({
    blobs: {
      ...blobs,
      async put(bytes) {
        puts += 1
        const put = await blobs.put(bytes)
        if (puts === 1) return { ...put, durable: Promise.reject(new Error('the disk is gone')) }
        if (puts > 2) return put
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('the disk is full')
      },
    },
  })
  const { outcomes, values, kinds } = await played(
    { name: 'fedavgm' },
    () => ({ layout: smallLayout, value: 3 }),
    failing,
  )
  expect(unhandled).toEqual([])
  expect(kinds.filter((kind) => kind === 'held-up')).toHaveLength(1)
  // Model and what is remembered, once in vain.
  expect(puts).toBe(4)
  expect(outcomes).toEqual([[1, 'published']])
  expect(values).toEqual(new Set([3]))
})
