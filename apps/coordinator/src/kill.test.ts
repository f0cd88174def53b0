import { setTimeout as wait } from 'node:timers/promises'
import { decodeSafetensors, paths } from '@passerby/protocol'
import { afterEach, expect, test } from 'vitest'
import { type ChildCoordinator, freePort, spawnCoordinator } from '../test/child-coordinator.ts'
import { newDataFolder } from '../test/data-folder.ts'
import { modelFile, twoChunkLayout } from '../test/model.ts'
import { type Place, participate } from '../test/returning-client.ts'
import { newIdentity } from '../test/scripted-client.ts'
import { scriptedOperator } from '../test/scripted-operator.ts'
import { seeded } from '../test/seeded.ts'

/** A coordinator that is killed by SIGKILL at seeded moments while three clients train; each comes back by itself. */
const SEED = 20
const KILLS = 6
const ROUNDS = 8
/** Longest life before a kill, after the coordinator listens. */
const LIFE_MS = 900

let cleanUp: (() => Promise<void>) | undefined
afterEach(async () => await cleanUp?.())

test(`U5 killed ${KILLS} times at seeded moments, the run has every round once and every acknowledged update counts once`, async () => {
  const data = await newDataFolder()
  const port = await freePort()
  const start = () => spawnCoordinator(['--port', String(port), '--data', data.path, '--log', 'silent'])
  let child: ChildCoordinator = await start()
  cleanUp = async () => {
    await child.end('SIGKILL')
    await data.remove()
  }
  const operator = await scriptedOperator(child.url, child.operatorToken)
  const settings = { name: 'Killed', rounds: ROUNDS, cohort: { minClients: 3 } }
  const place: Place = {
    ...(await operator.prepare(settings, modelFile(twoChunkLayout))),
    up: Promise.resolve(child.url),
  }
  await operator.must('start', { federation: place.federation })
  operator.close()
  const people = await Promise.all([1, 2, 3].map((share) => newIdentity(`Client ${share}`, share)))
  const lives = people.map((identity) =>
    participate(place, {
      identity,
      update: ({ round }) => ({ layout: twoChunkLayout, value: round * identity.images }),
    }),
  )
  const random = seeded(SEED)
  for (let kill = 0; kill < KILLS; kill++) {
    await wait(random() * LIFE_MS)
    const restarted = child.end('SIGKILL').then(start)
    place.up = restarted.then(({ url }) => url)
    child = await restarted
  }
  const promised = await Promise.all(lives)

  const after = await scriptedOperator(child.url, child.operatorToken)
  const { rounds, events } = await after.must('watch', { federation: place.federation })
  expect(events.filter(({ kind }) => kind === 'restored').length).toBeGreaterThan(0)
  expect(rounds.map(({ round, session, outcome }) => [round, session, outcome])).toEqual(
    Array.from({ length: ROUNDS }, (_, index) => [index + 1, index + 1, 'published']),
  )
  for (const { round, session, contributions, model } of rounds) {
    const counted = new Set(contributions.filter(({ outcome }) => outcome === 'counted').map(({ client }) => client))
    expect(counted).toEqual(new Set(people.map(({ id }) => id)))
    for (const [index, sessions] of promised.entries())
      if (sessions.has(session)) expect(counted).toContain(people[index].id)
    const file = new Uint8Array(await (await fetch(child.url + paths.model(model?.sha256 ?? ''))).arrayBuffer())
    // Client k has weight k and values round · k: the mean is round · (1 + 4 + 9) / (1 + 2 + 3).
    expect(new Set(decodeSafetensors(file).params.values)).toEqual(new Set([Math.fround((round * 14) / 6)]))
  }
  after.close()
  expect(await child.end('SIGTERM')).toBe(0)
}, 240_000)
