import { workerPool } from '../work/worker-pool.ts'
import type { BenchHost } from './host.ts'
import { laneBehind, type LaneCall } from './lane-call.ts'

const WORKER = new URL('./node-worker.ts', import.meta.url)

export function benchInNode(): BenchHost {
  return {
    name: 'node',
    open(options) {
      const thread = workerPool<LaneCall, unknown>(WORKER, { size: 1, workerData: undefined })
      return laneBehind(options, { ask: (call) => thread.run(call), end: () => thread.close() })
    },
    close: async () => {},
  }
}
