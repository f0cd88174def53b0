import { encodeUpdate } from '@passerby/protocol'
import { afterEach, expect, test } from 'vitest'
import { edgeServer } from '../../test/edge-server.ts'
import { filled, smallLayout } from '../../test/model.ts'
import { refusal } from '../../test/refusal.ts'
import { publicSetOnly } from '../../test/public-set-only.ts'
import {
  type ScriptedIdentity,
  configOf,
  connect,
  join,
  newIdentity,
  reportOf,
  seal,
  sealBytes,
  trainTask,
  upload,
} from '../../test/scripted-client.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { apply } from '../run/apply.ts'
import { serially } from '../run/interpreter.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A clustered federation of four, two and two of whom see alike; its first round is open. */
async function clustered() {
  const place = await openSurroundings()
  closers.push(() => place.close())
  const around = { ...place.around, learners: publicSetOnly(place.around.blobs) }
  const { url, runs, ...server } = await edgeServer(around)
  closers.push(() => server.close())
  const settings = {
    name: 'Clustered',
    rounds: 2,
    cohort: { minClients: 4 },
    strategy: { name: 'fedpav', clustering: { by: 'averaged', images: 2 } },
    local: { embedding: 8 },
  } as const
  const { core, ...to } = await createFederation(around, runs, { settings, layout: smallLayout })
  const guests = await Promise.all(
    ['Anna', 'Ben', 'Cleo', 'Dora'].map(async (name, at) => {
      const identity = await newIdentity(name)
      const connection = await connect(url)
      await join(connection, identity, to)
      const extras = Float32Array.of(1 - (at % 2), at % 2, at / 100, 0, 0, 0, 0, 0)
      return { identity, connection, update: { layout: smallLayout, value: at, extras } }
    }),
  )
  await serially(core, () => apply(core, { type: 'started' }))
  return { core, guests }
}

test('U8 an update without its extras, or with others, is refused', async () => {
  const { guests } = await clustered()
  const [{ identity, connection, update }] = guests
  const config = await trainTask(connection)
  const model = encodeUpdate(smallLayout, { values: filled(smallLayout, 1).values, weight: 1 })
  const begin = async (by: ScriptedIdentity, plaintext: Uint8Array, layout?: typeof smallLayout) => {
    const { header, enc } = await sealBytes(config, by, plaintext, layout)
    return await connection.ask('update.begin', { header, enc })
  }
  expect(await begin(identity, model)).toEqual(refusal('wrong-header'))
  const longer = [...smallLayout, { name: 'public.sketch', shape: [2, 8], role: 'each' } as const]
  const values = new Float32Array(9 + 16)
  expect(await begin(identity, encodeUpdate(longer, { values, weight: 1 }), longer)).toEqual(refusal('wrong-header'))
  // The right hash over bytes of another length.
  const whole = await seal(config, identity, update)
  const short = { ...whole.header, bytes: model.length }
  expect(await connection.ask('update.begin', { header: short, enc: whole.enc })).toEqual(refusal('wrong-header'))
  expect(await upload(connection, whole, reportOf(identity))).toMatchObject({ ok: true })
})

test('R11 an update that is bound to another group’s configuration is refused', async () => {
  const { guests } = await clustered()
  for (const { identity, connection, update } of guests)
    await upload(connection, await seal(await trainTask(connection), identity, update), reportOf(identity))
  const [anna, ben] = guests
  const [hers, his] = [await trainTask(anna.connection, 2), await trainTask(ben.connection, 2)]
  expect(configOf(hers).model.sha256).not.toBe(configOf(his).model.sha256)
  expect({ ...configOf(hers), model: null }).toEqual({ ...configOf(his), model: null })
  const { header, enc } = await seal(his, anna.identity, anna.update)
  expect(await anna.connection.ask('update.begin', { header, enc })).toEqual(refusal('wrong-header'))
  const mixed = { ...header, config: (await seal(hers, anna.identity, anna.update)).header.config }
  expect(await anna.connection.ask('update.begin', { header: mixed, enc })).toEqual(refusal('wrong-header'))
  const own = await seal(hers, anna.identity, anna.update)
  expect(await upload(anna.connection, own, reportOf(anna.identity))).toMatchObject({ ok: true })
})

test('R11 whoever joins later starts from the model of all', async () => {
  const { core, guests } = await clustered()
  for (const { identity, connection, update } of guests)
    await upload(connection, await seal(await trainTask(connection), identity, update), reportOf(identity))
  await trainTask(guests[0].connection, 2)
  const newcomer = await newIdentity('Emil')
  expect(core.open?.expects(newcomer.id).baseModel).toBe(core.kept.model.sha256)
  expect(new Set(guests.map(({ identity }) => core.open?.expects(identity.id).baseModel))).toEqual(
    new Set(core.kept.groups.map(({ model }) => model.sha256)),
  )
})
