import { backboneByName, initialise, parametersOf } from '@passerby/backbones'
import type { Layout } from '@passerby/federation'
import { encodeSafetensors } from '@passerby/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { type ChildCoordinator, freePort, spawnCoordinator } from '../test/child-coordinator.ts'
import { newDataFolder } from '../test/data-folder.ts'
import { publicFolder } from '../test/public-folder.ts'
import { type Place, participate } from '../test/returning-client.ts'
import { newIdentity } from '../test/scripted-client.ts'
import { scriptedOperator } from '../test/scripted-operator.ts'

const EMBEDDING = 8
const local = { backbone: 'tiny', embedding: EMBEDDING, input: { height: 32, width: 16 } }
const strategy = { name: 'fedpav', distillation: { teachers: 'open', images: 6, rate: 0.01 } } as const

let cleanUp: (() => Promise<void>) | undefined
afterEach(async () => await cleanUp?.())

test('R13 killed while its learner is at work, a coordinator teaches by the updates that it had, and no learner is left', async () => {
  const data = await newDataFolder()
  const people = await publicFolder(6)
  const port = String(await freePort())
  const start = () => spawnCoordinator(['--port', port, '--data', data.path, '--public-set', people.path])
  let child: ChildCoordinator = await start()
  cleanUp = async () => {
    await child.end('SIGKILL')
    await data.remove()
    await people.remove()
  }
  const backbone = backboneByName('tiny', EMBEDDING)
  const layout: Layout = parametersOf(backbone).map(({ name, shape, role }) => ({ name, shape, role }))
  const operator = await scriptedOperator(child.url, child.operatorToken)
  const settings = { name: 'Taught', rounds: 1, cohort: { minClients: 2 }, strategy, local }
  const model = encodeSafetensors({ layout, values: initialise(backbone, 1) })
  const place: Place = { ...(await operator.prepare(settings, model)), up: Promise.resolve(child.url) }
  await operator.must('start', { federation: place.federation })

  let trained = 0
  const lives = [1, 2].map(async (seed) =>
    participate(place, {
      identity: await newIdentity(`Client ${seed}`, seed),
      update() {
        trained += 1
        return { layout, value: initialise(backbone, seed + 1) }
      },
    }),
  )
  const learnerOf = async () =>
    await vi.waitFor(
      () => {
        const pid = Number(/"pid":(\d+),"federation":[^\n]*a learner was started/.exec(child.said())?.[1])
        expect(pid).toBeGreaterThan(0)
        return pid
      },
      { timeout: 60_000, interval: 10 },
    )
  const learner = await learnerOf()
  const { federation } = await operator.must('watch', { federation: place.federation })
  expect(federation?.phase).toMatchObject({ phase: 'aggregating', round: 1 })
  operator.close()
  const restarted = child.end('SIGKILL').then(start)
  place.up = restarted.then(({ url }) => url)
  child = await restarted
  await Promise.all(lives)

  expect(await learnerOf()).not.toBe(learner)
  await vi.waitFor(() => expect(() => process.kill(learner, 0)).toThrow('ESRCH'), { timeout: 10_000 })
  const after = await scriptedOperator(child.url, child.operatorToken)
  const { rounds } = await after.must('watch', { federation: place.federation })
  after.close()
  expect(rounds).toMatchObject([{ round: 1, session: 1, outcome: 'published', distilled: { images: 6 } }])
  expect(trained).toBe(2)
}, 180_000)
