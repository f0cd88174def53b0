import type { Operator } from '@passerby/operator'
import type { RoundRecord } from '@passerby/protocol'
import { LabError } from '../errors.ts'

export interface RunWatch {
  /** Called once per round, as soon as its model can be downloaded. */
  readonly onPublished: (record: RoundRecord) => void
  readonly signal: AbortSignal
}

/** Watches a federation to its end; resolves with its published rounds, in order. Rejects when aborted or refused. */
export function followRun(operator: Operator, federation: string, watch: RunWatch): Promise<readonly RoundRecord[]> {
  const { signal } = watch
  if (signal.aborted) return Promise.reject(signal.reason)
  const told = new Set<number>()
  return new Promise((resolve, reject) => {
    const look = () => {
      const { connection, watched } = operator.getSnapshot()
      if (connection.state === 'refused') fail(new LabError('coordinator', connection.refusal.message))
      if (watched?.state === 'refused') fail(new LabError('coordinator', watched.refusal.message))
      if (watched?.state !== 'live') return
      const published = watched.rounds.filter((record) => record.outcome === 'published' && record.model !== null)
      for (const record of published) {
        if (told.has(record.round)) continue
        told.add(record.round)
        watch.onPublished(record)
      }
      // The end may be told before the last round's record.
      const { phase } = watched.view
      if (phase.phase === 'ended' && published.length >= phase.rounds) finish(() => resolve(published))
    }
    const unsubscribe = operator.subscribe(look)
    const fail = (error: unknown) => finish(() => reject(error))
    const abort = () => fail(signal.reason)
    const finish = (settle: () => void) => {
      unsubscribe()
      signal.removeEventListener('abort', abort)
      settle()
    }
    signal.addEventListener('abort', abort, { once: true })
    operator.watch(federation)
    look()
  })
}
