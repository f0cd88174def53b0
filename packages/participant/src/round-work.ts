/** What a client does in a round, one thing at a time, and how it shows: train, upload, measure. */
import { sealedLength } from '@passerby/privacy'
import type { EdgeRequests, Progress } from '@passerby/protocol'
import { messageOf } from './edge-link.ts'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { Keep, KeptUpload } from './keep.ts'
import type { Learner, LearnerProgress, LocalEvaluation } from './learner.ts'
import { localRound, measured } from './local-round.ts'
import { createModelSource } from './model-download.ts'
import { createPublicSetSource } from './public-set-download.ts'
import type { Session, SessionEffect, SessionEvent } from './session-types.ts'
import { trainedRound, withLoss, withRound, withWork } from './snapshot.ts'
import type { RoundView, Snapshot, Work } from './snapshot.ts'
import type { Order } from './trust.ts'
import { upload } from './upload.ts'
import { createWorkbench } from './workbench.ts'

const progressEveryMs = 500

export interface RoundWorkOptions {
  readonly egress: Egress
  readonly keep: Keep
  readonly learner: Learner
  readonly identity: () => Promise<CryptoKeyPair>
  readonly now: () => number
  readonly hidden: () => boolean
  readonly life: AbortSignal
  readonly dispatch: (event: SessionEvent) => void
  readonly update: (change: (snapshot: Snapshot) => Snapshot) => void
  readonly trouble: (message: string) => void
}

type WorkEffect = Extract<SessionEffect, { type: 'train' | 'upload' | 'evaluate' }>

export function createRoundWork(options: RoundWorkOptions) {
  const { egress, keep, learner, now, dispatch, update: show } = options
  const learning = createWorkbench(options.life)
  const sending = createWorkbench(options.life)
  const models = createModelSource(egress, options.life)
  const publicSets = createPublicSetSource(egress)
  let storage = Promise.resolve()
  let order: Order = { task: { task: 'none' } }
  let kept: KeptUpload | undefined
  let toldAt = 0
  let toldPhase: Progress['phase'] | undefined
  /** The round whose model was measured last, and the session whose update was counted last. */
  let measuredRound = 0
  let countedSession = 0
  /** The session whose update was finished and of which nothing was sent yet. */
  let freshSession = 0

  function begin(effect: WorkEffect): void {
    const current = order
    const failed = (error: unknown) => {
      const round = effect.type === 'upload' ? kept?.sealed.header.round : effect.round
      if (round !== undefined) note(round, { outcome: 'failed' })
      options.trouble(messageOf(error))
      dispatch({ type: 'failed', passing: error instanceof ParticipantError && error.code === 'no-answer' })
    }
    switch (effect.type) {
      case 'train':
        return learning.begin((signal) => train(current, signal), failed)
      case 'upload':
        return sending.begin(send, failed)
      case 'evaluate':
        return learning.begin((signal) => evaluate(current, signal), failed)
    }
  }

  async function train(order: Order, signal: AbortSignal): Promise<void> {
    if (!('config' in order)) throw new Error('train: there is no such task')
    const { config } = order
    const { round, session } = config
    const before = round - 1
    const measure = order.measure && measuredRound !== before
    note(round, { outcome: 'open' })
    const tools = { egress, models, publicSets, learner, identity: await options.identity() }
    const { update, backbone, extras } = await localRound({ ...order, measure }, tools, {
      signal,
      onDownload: (fraction, download) => tell(session, { round, phase: 'downloading', fraction, download }),
      onDownloaded() {
        dispatch({ type: 'downloaded', session })
        if (measure) tell(session, { round, phase: 'evaluating', fraction: 0 })
      },
      onMeasured: (global) => tellMeasured({ round: before, model: 'global' }, global),
      onTraining: (training) => {
        const fraction = trained(training)
        tell(session, { round, phase: 'training', fraction, training })
        const { loss } = training
        if (loss !== undefined) show((before) => withLoss(before, { at: round - 1 + fraction, loss }))
      },
      onLooking: (looking) => {
        const fraction = looking.seen / Math.max(1, looking.images)
        tell(session, { round, phase: 'looking', fraction, looking })
      },
      onTrained: (outcome) => note(round, trainedRound(outcome)),
    })
    signal.throwIfAborted()
    kept = update
    note(round, { extras })
    freshSession = session
    void store((upload) => keep.write('upload', upload), update)
    dispatch({ type: 'sealed', session })
    // While the update is on its way and the coordinator sums. It is worth no round that something is wrong with it.
    const local = await learner.evaluate({ backbone, settings: config.local }, { signal }).catch((error: unknown) => {
      if (!signal.aborted) options.trouble(messageOf(error))
    })
    signal.throwIfAborted()
    if (local) tellMeasured({ round, model: 'local' }, local, () => countedSession === session)
  }

  async function send(signal: AbortSignal): Promise<void> {
    if (kept === undefined) throw new Error('upload: nothing is kept')
    const { header } = kept.sealed
    const { round, session } = header
    const onProgress = (fraction: number) => tell(session, { round, phase: 'uploading', fraction })
    const fresh = session === freshSession
    freshSession = 0
    const outcome = await upload(egress, kept, { signal, fresh, onProgress })
    if (outcome === 'counted') countedSession = session
    note(round, { outcome, bytesUp: sealedLength(header.bytes) })
    if (!signal.aborted) dispatch({ type: 'settled', session })
  }

  async function evaluate(order: Order, signal: AbortSignal): Promise<void> {
    if (!('published' in order)) throw new Error('evaluate: there is no such task')
    const { round, model, local: settings } = order.published
    const progress = (fraction: number) =>
      show((before) => withWork(before, { round, phase: 'evaluating', fraction }, now()))
    progress(0)
    const { values } = await models.load(model, { signal })
    signal.throwIfAborted()
    const watch = { signal, onProgress: (training: LearnerProgress) => progress(trained(training)) }
    const global = await learner.evaluate({ backbone: values, settings }, watch)
    signal.throwIfAborted()
    tellMeasured({ round, model: 'global' }, global)
    dispatch({ type: 'evaluated', round })
  }

  /** Tells what was measured, after everything that is under way to the coordinator, if it is still `wanted` then. */
  function tellMeasured(
    of: Pick<EdgeRequests['evaluated'], 'round' | 'model'>,
    evaluation: LocalEvaluation | undefined,
    wanted = () => true,
  ): void {
    if (evaluation) note(of.round, { [of.model]: evaluation })
    sending.begin(
      async (signal) => {
        if (!wanted()) return
        const answer = await egress.request('evaluated', { ...of, evaluation: measured(evaluation) }, signal)
        if (of.model === 'global') measuredRound = of.round
        if (!answer.ok) options.trouble(answer.refusal.message)
      },
      (error) => options.trouble(messageOf(error)),
    )
  }

  function note(round: number, known: Partial<RoundView>): void {
    show((before) => withRound(before, round, known))
  }

  /** Shows progress, and tells the coordinator at most twice a second, and when another phase begins. */
  function tell(session: number, step: Omit<Work, 'since' | 'secondsLeft'> & Pick<Progress, 'phase'>): void {
    show((before) => withWork(before, step, now()))
    if (step.phase === toldPhase && now() - toldAt < progressEveryMs) return
    toldAt = now()
    toldPhase = step.phase
    egress.tellProgress({ session, phase: step.phase, fraction: step.fraction, hidden: options.hidden() })
  }

  /** Storage that fails costs a retraining after a reload, so the round goes on and the page says so. */
  async function store<Value>(change: (value: Value) => Promise<void>, value: Value): Promise<void> {
    storage = storage.then(() => change(value)).catch((error: unknown) => options.trouble(messageOf(error)))
    await storage
  }

  return {
    begin,
    abandon() {
      learning.abandon()
      sending.abandon()
    },
    interrupt: () => sending.abandon(),
    rest: () => Promise.all([learning.rest(), sending.rest(), storage]),

    fetchAhead: (model: Parameters<typeof models.fetchAhead>[0]) => models.fetchAhead(model),

    /** What the machine's next `train` or `evaluate` is about. */
    ordered(next: Order): void {
      order = next
    },

    discard(): void {
      kept = undefined
      void store(() => keep.remove('upload'), undefined)
    },

    /** Marks the rounds of which an event decides. */
    witnessed(session: Session, event: SessionEvent): void {
      if (event.type === 'aborted' && 'session' in session && session.session === event.session) {
        const round = session.state === 'uploading' ? kept?.sealed.header.round : session.round
        if (round !== undefined) note(round, { outcome: 'aborted' })
      }
      if ((event.type === 'joined' || event.type === 'tasked') && event.task.task === 'train' && event.task.accepted)
        note(event.task.round, { outcome: 'counted' })
    },

    /** The session of a sealed update that an earlier life left, if it is whole and this identity's; else 0. */
    async restore(): Promise<number> {
      const { publicKey } = await options.identity()
      try {
        const found = await keep.read('upload')
        if (found === undefined) return 0
        if (await egress.adopt(found.sealed, publicKey)) {
          kept = found
          return found.sealed.header.session
        }
      } catch (error) {
        // Cut short by a loss of power, or of another version: worth a retraining, not a client that never starts again.
        options.trouble(messageOf(error))
      }
      await keep.remove('upload')
      return 0
    },
  }
}

function trained({ epoch, epochs, step, steps }: LearnerProgress): number {
  return Math.min(1, (epoch - 1 + step / Math.max(1, steps)) / Math.max(1, epochs))
}
