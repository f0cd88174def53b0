import type { Learner } from '@passerby/participant'
import { proxy } from 'comlink'
import type { WorkbenchHost } from './workbench-host.ts'

/** The worker's learner as the session sees it: a round under which the worker dies is trained again from its start. */
export function remoteLearner(host: WorkbenchHost): Learner {
  return {
    train: (task, { signal, onProgress }) =>
      host.insist(
        (bench) =>
          bench.train(
            task,
            proxy((progress) => onProgress?.(progress)),
          ),
        signal,
      ),
    evaluate: (task, { signal }) => host.insist((bench) => bench.evaluate(task), signal),
  }
}
