import type { WatchedRun } from '@passerby/operator'
import { createFederation, order, publishedRounds, quick, untilEnded, untilRun } from './federation.ts'
import { expect, test } from './fixtures.ts'

/** Rounds long enough to be seen and interrupted: many passes over few crops, which are large. */
const slow = { ...quick, input: { height: 128, width: 64 }, epochs: 50, validation: 0 }

const trainingIn = (round: number, clients: number) => (run: WatchedRun) =>
  run.view.phase.phase === 'training' &&
  run.view.phase.round === round &&
  run.view.clients.filter(({ state, fraction }) => state === 'training' && fraction > 0).length === clients

test('a tab closed in mid-round does not hold up the round, and a reloaded one goes on by itself', async ({
  coordinator,
  crops,
  participant,
}) => {
  const { operator } = coordinator
  const federation = await createFederation(operator, {
    name: 'Closing and reloading',
    rounds: 3,
    cohort: { minClients: 2, graceSeconds: 3, deadlineSeconds: 120 },
    local: slow,
  })
  const folders = await crops(3, 40)
  const tabs = []
  for (const [index, { folder }] of folders.entries()) {
    const tab = await participant(federation.path, `Camera ${index + 1}`)
    await tab.join(folder)
    tabs.push(tab)
  }
  await untilRun(operator, ({ view }) => view.clients.filter(({ state }) => state === 'waiting').length === 3)
  await order(operator, 'start', federation)

  await untilRun(operator, trainingIn(1, 3))
  await tabs[2].context.close()
  await tabs[1].page.reload()
  const run = await untilEnded(operator, 3)

  expect(publishedRounds(run)).toEqual([1, 2, 3])
  for (const { contributions } of run.rounds)
    expect(contributions.filter(({ outcome }) => outcome === 'counted').map(({ alias }) => alias)).toEqual(
      expect.arrayContaining(['Camera 1', 'Camera 2']),
    )
  expect(run.rounds[0].contributions.find(({ alias }) => alias === 'Camera 3')?.outcome).toBe('missing')
  expect(run.view.clients).toHaveLength(3)
})

test('a coordinator killed in mid-round goes on after a restart, and every round happens once', async ({
  coordinator,
  crops,
  participant,
}) => {
  const { operator } = coordinator
  const federation = await createFederation(operator, {
    name: 'Killed coordinator',
    rounds: 3,
    cohort: { minClients: 2, graceSeconds: 60, deadlineSeconds: 120 },
    local: slow,
  })
  await order(operator, 'start', federation)
  for (const [index, { folder }] of (await crops(2, 40)).entries()) {
    const tab = await participant(federation.path, `Camera ${index + 1}`)
    await tab.join(folder)
  }

  await untilRun(operator, trainingIn(2, 2))
  await coordinator.kill()
  await coordinator.restart()
  const run = await untilEnded(operator, 3)

  expect(publishedRounds(run)).toEqual([1, 2, 3])
  for (const { contributions } of run.rounds)
    expect(contributions.map(({ outcome }) => outcome)).toEqual(['counted', 'counted'])
})
