import { missingFrom } from '@passerby/protocol'
import type { RefusalCode, Refusal, Reply } from '@passerby/protocol'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { KeptUpload } from './keep.ts'
import { pause } from './patience.ts'

/** Chunks under way at once (U3). */
const underWay = 2
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
    const attempt = send(egress, kept, { ...watch, fresh: failures === 1 && watch.fresh })
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

/**
 * One attempt: `undefined` when the update was committed, else the first refusal. A client's messages are dealt with in
 * order (U2), so that only chunks are waited for, and only when as many as may be are under way.
 */
async function send(egress: Egress, kept: KeptUpload, watch: UploadWatch): Promise<Refusal | undefined> {
  const { signal, onProgress } = watch
  const { sealed } = kept
  const { chunks } = sealed.header
  const begun = begin(egress, kept, signal)
  const answers: Promise<Reply<object>>[] = []
  const expect = (answer: Promise<Reply<object>>) => {
    // Whoever awaits all of them hears of the first that fails.
    answer.catch(() => undefined)
    answers.push(answer)
  }
  expect(begun)
  let missing = Array.from({ length: chunks }, (_, index) => index)
  if (!watch.fresh) {
    const answer = await begun
    if (!answer.ok) return answer.refusal
    missing = missingFrom(answer.value.held, chunks)
  }
  const held = chunks - missing.length
  onProgress(held / chunks)
  for (const [place, index] of missing.entries()) {
    if (place >= underWay) {
      // Chunks of what was refused are refused for another reason.
      for (const earlier of await Promise.all([begun, answers[1 + place - underWay]]))
        if (!earlier.ok) return earlier.refusal
      onProgress((held + 1 + place - underWay) / chunks)
    }
    expect(egress.sendChunk(sealed, index, signal))
  }
  expect(commit(egress, kept, signal))
  const refusals = (await Promise.all(answers)).flatMap((answer) => (answer.ok ? [] : [answer.refusal]))
  onProgress(1)
  return refusals.at(0)
}

const begin = (egress: Egress, { sealed: { header, enc } }: KeptUpload, signal: AbortSignal) =>
  egress.request('update.begin', { header, enc }, signal)

const commit = (egress: Egress, { sealed: { header, signature }, report }: KeptUpload, signal: AbortSignal) =>
  egress.request('update.commit', { session: header.session, signature, report }, signal)
