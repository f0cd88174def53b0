/** One worker thread of a `trainingPool`: a learner on WebAssembly, one job at a time. */
import type { PixelSet } from '@passerby/crops'
import { createLearner, embedPixels, latestNetwork, networkOf, serverLearner, useBackend } from '@passerby/learner'
import { parentPort, workerData } from 'node:worker_threads'
import type { TrainingJob, TrainingResult, TrainingWorkerData } from './training-pool.ts'
import { answerOf } from './worker-answer.ts'
import type { WorkerStart } from './worker-pool.ts'

const { choice, clients, images } = (workerData as WorkerStart<TrainingWorkerData>).data
const ready = useBackend('wasm')
/** One for all jobs: its executor keeps plans and memory. */
const network = latestNetwork(networkOf)
/** Jobs are awaited one by one by the pool and never cancelled: closing ends the thread. */
const { signal } = new AbortController()

parentPort?.on('message', async (job: TrainingJob) => {
  parentPort?.postMessage(await answerOf(answer(job)))
})

async function answer(job: TrainingJob): Promise<TrainingResult> {
  await ready
  switch (job.type) {
    case 'train': {
      const memory = new Map(job.memory)
      const learner = createLearner({
        training: of(clients, job.client),
        federation: 'simulation',
        network,
        memory: {
          load: async (key) => memory.get(key),
          save: async (key, bytes) => void memory.set(key, bytes),
        },
      })
      return { type: 'trained', outcome: await learner.train(job.task, { signal }), memory }
    }
    case 'softTargets': {
      const { publicSet, seed, model, targets } = job
      return {
        type: 'targets',
        targets: await serverLearner(network(choice), publicSet, { seed }).softTargets(model, targets),
      }
    }
    case 'distil': {
      const { publicSet, seed, model, task } = job
      return { type: 'distilled', model: await serverLearner(network(choice), publicSet, { seed }).distil(model, task) }
    }
    case 'embed': {
      const part = between(of(images, job.set), job.from, job.to)
      return {
        type: 'embedded',
        embeddings: await embedPixels(network(choice), part, { backbone: job.backbone, signal }),
      }
    }
  }
}

function of(sets: ReadonlyMap<string, PixelSet>, name: string): PixelSet {
  const set = sets.get(name)
  if (!set) throw new RangeError(`training worker: no images named '${name}'`)
  return set
}

function between(set: PixelSet, from: number, to: number): PixelSet {
  const size = set.height * set.width * 3
  return {
    ...set,
    pixels: set.pixels.subarray(from * size, to * size),
    names: set.names.slice(from, to),
    identities: set.identities.slice(from, to),
    cameras: set.cameras.slice(from, to),
  }
}
