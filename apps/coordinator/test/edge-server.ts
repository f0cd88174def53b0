import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { edgeLimits } from '../src/edge/limits.ts'
import { serveEdge } from '../src/edge/namespace.ts'
import type { Surroundings } from '../src/run/core.ts'
import { type Runs, openRuns } from '../src/run/runs.ts'

/** Runs behind real sockets, for tests that bring surroundings of their own. */
export async function edgeServer(around: Surroundings): Promise<{
  readonly url: string
  readonly runs: Runs
  close(): Promise<void>
}> {
  const runs = await openRuns(around)
  const http = createServer()
  const sockets = new Server(http, { transports: ['websocket'] })
  serveEdge(sockets, { around, runs, limits: edgeLimits })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    runs,
    async close() {
      await runs.stop()
      await sockets.close()
      await runs.idle()
    },
  }
}
