import type { ServerLearner } from '@passerby/federation'
import { latestNetwork, networkOf, serverLearner, useBackend } from '@passerby/learner'
import { availableParallelism } from 'node:os'
import type { LearnerAnswers, LearnerRequest, OpenRequest } from './messages.ts'
import { readPublicSet } from './public-set.ts'

/** More threads than this gain little on batches of 32. One processor is left to the coordinator. */
const MOST_THREADS = 8

const network = latestNetwork(networkOf)
let learner: ServerLearner | undefined

/** Does what is asked. Rejects with what went wrong, in words. */
export async function answer(request: LearnerRequest): Promise<LearnerAnswers[keyof LearnerAnswers]> {
  switch (request.kind) {
    case 'read':
      return await readPublicSet(request)
    case 'open':
      learner = await open(request)
      return undefined
    case 'softTargets':
      return await opened().softTargets(request.model, request.targets)
    case 'distil':
      return await opened().distil(request.model, request.task)
  }
}

async function open({ backbone, embedding, seed, publicSet }: OpenRequest): Promise<ServerLearner> {
  await useBackend('wasm', { threads: Math.max(1, Math.min(MOST_THREADS, availableParallelism() - 1)) })
  return serverLearner(network({ backbone, embedding }), publicSet, { seed })
}

function opened(): ServerLearner {
  if (!learner) throw new RangeError('answer: no network was opened')
  return learner
}
