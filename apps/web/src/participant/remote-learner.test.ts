import type { LocalTask } from '@passerby/participant'
import { StrategySettings } from '@passerby/federation'
import { LocalSettings } from '@passerby/protocol'
import { expose, wrap } from 'comlink'
import * as v from 'valibot'
import { afterEach, expect, test, vi } from 'vitest'
import { remoteLearner } from './remote-learner.ts'
import type { Workbench } from './worker/workbench.ts'

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** A workbench across a real channel, which notes what crosses. */
function benchWith(crossed: unknown[]) {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const bench: Pick<Workbench, 'holdPublicSet' | 'train'> = {
    async holdPublicSet({ pixels }) {
      crossed.push(pixels.length)
    },
    async train({ looksAtPublicSet, commonSeed, ...task }, onProgress, onLooking) {
      onProgress({ epoch: 1, epochs: 1, step: 1, steps: 2 })
      onLooking({ at: 'public', seen: 2, images: 3 })
      crossed.push(`round ${task.round}, seed ${commonSeed}${looksAtPublicSet ? ', with it' : ''}`)
      expect(task).not.toHaveProperty('publicSet')
      return { backbone: task.backbone, extras: new Float32Array([1]), weight: 2, images: 2, loss: 1, seconds: 1 }
    },
  }
  expose(bench, port1)
  return wrap<Workbench>(port2)
}

const task = (round: number, publicSet?: LocalTask['publicSet']): LocalTask => ({
  round,
  rounds: 9,
  seed: 1,
  commonSeed: 7,
  strategy: v.parse(StrategySettings, { name: 'fedpav' }),
  backbone: new Float32Array(2),
  settings: v.parse(LocalSettings, {}),
  ...(publicSet && { publicSet }),
})

test('a public set crosses to each worker once, and the common seed with every round', async () => {
  const crossed: unknown[] = []
  let bench = benchWith(crossed)
  const learner = remoteLearner({ insist: (work) => work(bench) })
  const watch = { signal: new AbortController().signal }
  const set = { height: 2, width: 1, pixels: new Uint8Array(6) }
  expect(await learner.train(task(1, set), watch)).toMatchObject({ extras: new Float32Array([1]) })
  await learner.train(task(2, set), watch)
  await learner.train(task(3), watch)
  bench = benchWith(crossed)
  await learner.train(task(4, set), watch)
  await learner.train(task(5, { ...set, pixels: new Uint8Array(12) }), watch)
  expect(crossed).toEqual([
    6,
    'round 1, seed 7, with it',
    'round 2, seed 7, with it',
    'round 3, seed 7',
    6,
    'round 4, seed 7, with it',
    12,
    'round 5, seed 7, with it',
  ])
})

test('steps of training and looks at images come back across the channel', async () => {
  const told: unknown[] = []
  const bench = benchWith([])
  await remoteLearner({ insist: (work) => work(bench) }).train(task(1), {
    signal: new AbortController().signal,
    onProgress: ({ step, steps }) => told.push(`step ${step} of ${steps}`),
    onLooking: ({ at, seen, images }) => told.push(`${seen} of ${images} ${at}`),
  })
  await vi.waitFor(() => expect(told).toEqual(['step 1 of 2', '2 of 3 public']))
})
