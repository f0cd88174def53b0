import type { ServerLearner } from '@passerby/federation'
import { latestNetwork, networkOf, serverLearner, useBackend } from '@passerby/learner'
import { availableParallelism } from 'node:os'
import type { DistilRequest, OpenRequest, SoftTargetsRequest } from './messages.ts'

/** More threads than this gain little on batches of 32. One processor is left to the coordinator. */
const MOST_THREADS = 8

const network = latestNetwork(networkOf)
let learner: ServerLearner | undefined

/** Makes the network that later requests are about. Rejects with `LearnerError` or `RangeError`. */
export async function openNetwork({ backbone, embedding, seed, publicSet }: OpenRequest): Promise<undefined> {
  await useBackend('wasm', { threads: Math.max(1, Math.min(MOST_THREADS, availableParallelism() - 1)) })
  learner = serverLearner(network({ backbone, embedding }), publicSet, { seed })
}

export async function teach(request: SoftTargetsRequest | DistilRequest) {
  if (!learner) throw new RangeError('teach: no network was opened')
  return request.kind === 'distil'
    ? await learner.distil(request.model, request.task)
    : await learner.softTargets(request.model, request.targets)
}
