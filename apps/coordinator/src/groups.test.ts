import { createHash } from 'node:crypto'
import { type RoundConfig, decodeSafetensors, paths } from '@passerby/protocol'
import { afterEach, expect, test } from 'vitest'
import { type ChildCoordinator, freePort, spawnCoordinator } from '../test/child-coordinator.ts'
import { newDataFolder } from '../test/data-folder.ts'
import { modelFile, twoChunkLayout } from '../test/model.ts'
import { publicFolder } from '../test/public-folder.ts'
import { type Place, participate } from '../test/returning-client.ts'
import { configOf, newIdentity } from '../test/scripted-client.ts'
import { scriptedOperator } from '../test/scripted-operator.ts'

/** Four clients, two and two alike, in a coordinator that is killed by SIGKILL while the second round is open. */
const ROUNDS = 3
const EMBEDDING = 8
const IMAGES = 4
const strategy = { name: 'fedpav', clustering: { by: 'flattened', images: IMAGES } } as const
const local = { embedding: EMBEDDING, input: { height: 32, width: 16 } }

let cleanUp: (() => Promise<void>) | undefined
afterEach(async () => await cleanUp?.())

test('R11 R12 P6 clients that see a public batch alike share a model, also after a kill', async () => {
  const data = await newDataFolder()
  const people = await publicFolder(7)
  const port = String(await freePort())
  const start = () =>
    spawnCoordinator(['--port', port, '--data', data.path, '--public-set', people.path, '--log', 'silent'])
  let child: ChildCoordinator = await start()
  cleanUp = async () => {
    await child.end('SIGKILL')
    await data.remove()
    await people.remove()
  }
  const operator = await scriptedOperator(child.url, child.operatorToken)
  const settings = { name: 'Groups', rounds: ROUNDS, cohort: { minClients: 4 }, strategy, local }
  const place: Place = {
    ...(await operator.prepare(settings, modelFile(twoChunkLayout))),
    up: Promise.resolve(child.url),
  }
  const first = (await operator.must('watch', { federation: place.federation })).federation?.initialModel.sha256
  await operator.must('start', { federation: place.federation })
  operator.close()

  const [anna, ben, cleo, dora] = await Promise.all(
    ['Anna', 'Ben', 'Cleo', 'Dora'].map((name, at) => newIdentity(name, at + 1)),
  )
  const groups = [
    [anna, cleo],
    [ben, dora],
  ]
  const starts = new Map<string, string>()
  const sets = new Set<RoundConfig['publicSet']>()
  const measured = new Map<string, string>()
  let killNow: () => void = () => undefined
  const toBeKilled = new Promise<void>((resolve) => (killNow = resolve))
  const lives = [anna, ben, cleo, dora].map((identity) =>
    participate(place, {
      identity,
      update(config) {
        starts.set(`${identity.id} ${config.round}`, config.model.sha256)
        sets.add(config.publicSet)
        const sketch = new Float32Array(IMAGES * EMBEDDING).fill(identity.images / 100)
        sketch[groups[0].includes(identity) ? 0 : 1] = 1
        return { layout: twoChunkLayout, value: config.round * identity.images, extras: sketch }
      },
      onCounted: ({ round }) => round === 2 && killNow(),
      onMeasured: (round, sha256) => measured.set(`${identity.id} ${round}`, sha256),
    }),
  )
  await toBeKilled
  const restarted = child.end('SIGKILL').then(start)
  place.up = restarted.then(({ url }) => url)
  child = await restarted
  await Promise.all(lives)

  const after = await scriptedOperator(child.url, child.operatorToken)
  const { rounds, events } = await after.must('watch', { federation: place.federation })
  const get = async (path: string) => new Uint8Array(await (await fetch(child.url + path)).arrayBuffer())
  const valuesOf = async (sha256 = '') => [...new Set(decodeSafetensors(await get(paths.model(sha256))).params.values)]
  expect(rounds.map(({ round, outcome }) => [round, outcome])).toEqual([1, 2, 3].map((round) => [round, 'published']))
  const ids = (group: (typeof groups)[number]) =>
    group
      .map(({ id }) => id)
      .sort()
      .join()
  for (const { round, model, groups: made, similarity, contributions } of rounds) {
    expect(new Set(made.map(({ clients }) => clients.join()))).toEqual(new Set(groups.map(ids)))
    expect(similarity?.values).toHaveLength(16)
    expect(new Set(contributions.map(({ told }) => told))).toEqual(new Set([1, 2, 3, 4]))
    for (const { clients, model: own } of made) {
      // Client k has weight k and values round · k: (1 + 9) / 4 and (4 + 16) / 6, and 30 / 10 for everyone.
      const mean = clients.includes(anna.id) ? 10 / 4 : 20 / 6
      expect(await valuesOf(own.sha256)).toEqual([Math.fround(round * mean)])
      for (const client of clients) {
        if (round < ROUNDS) expect(starts.get(`${client} ${round + 1}`)).toBe(own.sha256)
        else expect(measured.get(`${client} ${round}`)).toBe(own.sha256)
      }
    }
    expect(await valuesOf(model?.sha256)).toEqual([3 * round])
  }
  expect([anna, ben, cleo, dora].map(({ id }) => starts.get(`${id} 1`))).toEqual([first, first, first, first])
  const told = events.filter(({ kind }) => kind === 'groups').map(({ message }) => message)
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/^Round 1: 2 groups: /)

  // What a participant downloads at the end is its own group's; a stranger's is everyone's.
  const named = async (client?: string) => {
    const answer = JSON.parse(Buffer.from(await get(paths.card(place.federation, client))).toString()) as {
      card: never
    }
    return (configOf(answer.card) as { model: { sha256: string } }).model.sha256
  }
  const last = rounds[ROUNDS - 1]
  expect(await named()).toBe(last.model?.sha256)
  for (const { id } of [anna, ben, cleo, dora])
    expect(await named(id)).toBe(last.groups.find(({ clients }) => clients.includes(id))?.model.sha256)

  // One public set for all and for ever, served by its hash; nothing else is served there.
  const [set] = sets
  expect(new Set([...sets].map((one) => JSON.stringify(one))).size).toBe(1)
  expect(set).toMatchObject({ images: IMAGES, height: 32, width: 16 })
  const pixels = await get(paths.publicSet(set?.sha256 ?? ''))
  expect(pixels).toHaveLength(IMAGES * 32 * 16 * 3)
  expect(createHash('sha256').update(pixels).digest('hex')).toBe(set?.sha256)
  expect((await fetch(child.url + paths.publicSet(last.model?.sha256 ?? ''))).status).toBe(404)
  const csv = await (await after.get(paths.exportCsv(place.federation))).text()
  expect(csv.split('\r\n')[0]).toContain('client_told_weight,client_group')
  after.close()
}, 240_000)
