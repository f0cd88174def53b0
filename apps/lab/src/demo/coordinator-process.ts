import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LabError } from '../errors.ts'

export interface CoordinatorProcess {
  readonly url: string
  readonly operatorToken: string
  /** Aborted when it ends without having been closed. */
  readonly lost: AbortSignal
  /** Stops it gracefully; resolves when it is gone. */
  close(): Promise<void>
}

/** What the child says, once. */
type Said = { readonly url: string; readonly operatorToken: string } | { readonly failure: string }

const CHILD = fileURLToPath(new URL('./coordinator-child.ts', import.meta.url))
/** A new database takes five seconds to create, a minute on a machine that is busy. */
const START_WITHIN_MS = 180_000

/** Starts a real coordinator in a child process on a free port. Throws `LabError('coordinator')` with its reason. */
export async function startCoordinatorProcess({
  data,
  web,
  publicSet = '',
}: {
  readonly data: string
  readonly web: string
  readonly publicSet?: string
}): Promise<CoordinatorProcess> {
  const child = fork(CHILD, [data, web, publicSet], { execArgv: ['--import', 'tsx'] })
  const said = await firstMessage(child)
  if ('failure' in said) throw new LabError('coordinator', said.failure)
  const lost = new AbortController()
  const mourn = (code: number | null) =>
    lost.abort(new LabError('coordinator', `The coordinator ended unexpectedly with exit code ${code}`))
  child.once('exit', mourn)
  return {
    ...said,
    lost: lost.signal,
    async close() {
      child.off('exit', mourn)
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

async function firstMessage(child: ChildProcess): Promise<Said> {
  const signal = AbortSignal.timeout(START_WITHIN_MS)
  const [said] = await Promise.race([
    once(child, 'message', { signal }),
    once(child, 'exit', { signal }).then(([code]) => [{ failure: `The coordinator ended with exit code ${code}` }]),
  ]).catch((cause: unknown) => {
    child.kill('SIGKILL')
    throw new LabError('coordinator', 'The coordinator did not start within three minutes', cause)
  })
  return said as Said
}
