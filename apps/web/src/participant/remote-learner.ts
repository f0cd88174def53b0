import type { Learner, PublicPixels } from '@passerby/participant'
import { type Remote, proxy } from 'comlink'
import type { Workbench } from './worker/workbench.ts'
import type { WorkbenchHost } from './workbench-host.ts'

/**
 * The worker's learner as the session sees it: a round under which the worker dies is trained again from its start. A public set
 * may be larger than everything else together, so it crosses to each worker once, not in every round.
 */
export function remoteLearner(host: Pick<WorkbenchHost, 'insist'>): Learner {
  const held = new WeakMap<Remote<Workbench>, PublicPixels>()
  return {
    train: ({ publicSet, ...task }, { signal, onProgress, onLooking }) =>
      host.insist(async (bench) => {
        if (publicSet && held.get(bench) !== publicSet) {
          await bench.holdPublicSet(publicSet)
          held.set(bench, publicSet)
        }
        return await bench.train(
          { ...task, looksAtPublicSet: publicSet !== undefined },
          proxy((progress) => onProgress?.(progress)),
          proxy((looking) => onLooking?.(looking)),
        )
      }, signal),
    evaluate: (task, { signal }) => host.insist((bench) => bench.evaluate(task), signal),
  }
}
