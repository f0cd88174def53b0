import { missingFrom } from '@passerby/protocol'
import type { RefusalCode, Refusal } from '@passerby/protocol'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { KeptUpload } from './keep.ts'
import { pause } from './patience.ts'

/** Chunks under way at once (U3). */
const window = 2
const attempts = 6
const pauseMs = 1_000

/** `counted`: the coordinator has it. `dropped`: it wants it no more, which is no one's fault. */
export type UploadOutcome = 'counted' | 'dropped'

/** The session went on without this update (SPEC: drop the update, wait for the next task). */
const settling: readonly RefusalCode[] = ['unknown-round', 'late-update', 'not-in-cohort']
const passing: readonly RefusalCode[] = ['too-fast', 'internal', 'wrong-chunk', 'incomplete-update']

export interface UploadWatch {
  readonly signal: AbortSignal
  /** Nothing of this update was sent before. */
  readonly fresh: boolean
  readonly onProgress: (fraction: number) => void
}

/**
 * Sends what the coordinator does not hold yet of a sealed update, two chunks at a time, and commits it. Begins again
 * after a passing failure. Rejects with `ParticipantError`: `refused` when the coordinator refuses the update itself,
 * `no-answer` when it could not be delivered for now; or with the signal's reason.
 */
export async function upload(egress: Egress, kept: KeptUpload, watch: UploadWatch): Promise<UploadOutcome> {
  for (let failures = 1; ; failures++) {
    const atOnce = failures === 1 && watch.fresh && kept.sealed.header.chunks <= window
    const attempt = atOnce ? sendAtOnce(egress, kept, watch) : sendMissing(egress, kept, watch)
    const refusal = await attempt.catch(passedOver)
    if (refusal === undefined || refusal.code === 'duplicate-update') return 'counted'
    if (settling.includes(refusal.code)) return 'dropped'
    if (!passing.includes(refusal.code))
      throw new ParticipantError('refused', `The update was refused: ${refusal.message}`)
    if (failures === attempts)
      throw new ParticipantError('no-answer', `The update could not be delivered: ${refusal.message}`)
    await pause(pauseMs * failures, watch.signal)
  }
}

/** An unanswered message is tried again like one that the coordinator could not take just now. */
function passedOver(error: unknown): Refusal {
  if (error instanceof ParticipantError && error.code === 'no-answer')
    return { code: 'internal', message: error.message }
  throw error
}

/** `undefined` when the update was committed, else the first refusal. */
type Attempt = Promise<Refusal | undefined>

/** A small update without waiting in between: a client's messages are dealt with in order (U2). */
async function sendAtOnce(egress: Egress, kept: KeptUpload, { signal, onProgress }: UploadWatch): Attempt {
  const { header } = kept.sealed
  const answers = await Promise.all([
    begin(egress, kept, signal),
    ...Array.from({ length: header.chunks }, (_, index) => egress.sendChunk(kept.sealed, index, signal)),
    commit(egress, kept, signal),
  ])
  onProgress(1)
  return answers.flatMap((answer) => (answer.ok ? [] : [answer.refusal])).at(0)
}

async function sendMissing(egress: Egress, kept: KeptUpload, { signal, onProgress }: UploadWatch): Attempt {
  const { sealed } = kept
  const { chunks } = sealed.header
  const begun = await begin(egress, kept, signal)
  if (!begun.ok) return begun.refusal
  const missing = missingFrom(begun.value.held, chunks)
  let acknowledged = chunks - missing.length
  onProgress(acknowledged / chunks)
  const refusals: Refusal[] = []
  async function sendNext(): Promise<void> {
    for (let index = missing.shift(); index !== undefined && refusals.length === 0; index = missing.shift()) {
      const answer = await egress.sendChunk(sealed, index, signal)
      if (!answer.ok) refusals.push(answer.refusal)
      else onProgress(++acknowledged / chunks)
    }
  }
  await Promise.all(Array.from({ length: window }, sendNext))
  if (refusals.length > 0) return refusals[0]
  const committed = await commit(egress, kept, signal)
  return committed.ok ? undefined : committed.refusal
}

const begin = (egress: Egress, { sealed: { header, enc } }: KeptUpload, signal: AbortSignal) =>
  egress.request('update.begin', { header, enc }, signal)

const commit = (egress: Egress, { sealed: { header, signature }, report }: KeptUpload, signal: AbortSignal) =>
  egress.request('update.commit', { session: header.session, signature, report }, signal)
