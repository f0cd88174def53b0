import type { LearnerAnswers, LearnerRequest } from './messages.ts'
import { readPublicSet } from './public-set.ts'

/** Does what is asked. Rejects with what went wrong, in words. */
export async function answer(request: LearnerRequest): Promise<LearnerAnswers[keyof LearnerAnswers]> {
  if (request.kind === 'read') return await readPublicSet(request)
  // Whoever only reads images does not wait for kernels and tensors.
  const { openNetwork, teach } = await import('./teaching.ts')
  return request.kind === 'open' ? await openNetwork(request) : await teach(request)
}
