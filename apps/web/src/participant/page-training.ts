import { createParticipant, downloadNewestModel, type Participant } from '@passerby/participant'
import { decodeSafetensors } from '@passerby/protocol'
import { proxy } from 'comlink'
import { fileStem, saveFile } from '../ui/save-file.ts'
import { readHistory, withHistory, writeHistory } from './history.ts'
import { messageOf } from './message-of.ts'
import { paced } from './paced.ts'
import type { BackendWish } from './membership.ts'
import type { JoinLink } from './link.ts'
import type { PageContext } from './page.ts'
import type { PageState } from './page-state.ts'
import type { TrainActions } from './train-step.tsx'
import { remoteLearner } from './remote-learner.ts'
import { sealSpy } from './test-hook.ts'
import { pageOffer, threadsOf } from './threads.ts'
import type { ActivationMap, CheckView, DeviceWish, OnFraction, OnStage, PicturesView } from './worker/workbench.ts'

export interface TrainingDesk extends TrainActions {
  /** Chooses and measures the backend. */
  readonly check: () => Promise<void>
  /** Checks again with another backend or number of threads, and keeps the wish. */
  readonly choose: (wish: { readonly backend: BackendWish } | { readonly threads: number }) => void
  /** Joins and trains from now on. Needs a passed check. */
  readonly start: (how?: { readonly paused: boolean }) => void
  /** Hands the newest model to the browser's downloads. */
  readonly saveModel: () => Promise<void>
  /** The newest model, tried on own validation crops. */
  readonly picture: (watch: PictureWatch) => Promise<Pictured>
}

/** Of a computation that a person waits for. Aborting rejects with the signal's reason. */
export interface PictureWatch {
  readonly signal: AbortSignal
  readonly onFraction: OnFraction
}

export interface Pictured extends PicturesView {
  /** Where the same model answers to these validation crops, in this order. */
  readonly activations: (crops: readonly number[], watch: PictureWatch) => Promise<readonly ActivationMap[]>
}

/** Drawing takes the processor from training, and nobody reads faster. */
const DRAWN_EVERY_MS = 250
/** Searches shown at the end. */
const QUERIES = 8
const DOWNLOAD_MS = 120_000

export function openTraining(context: PageContext, origin: string): TrainingDesk {
  const { host, get, set, link, keep, remember } = context
  let participant: Participant | undefined
  let unfollow = () => {}

  function federation() {
    const { gate } = get()
    if (gate.state !== 'open') throw new Error('openTraining: there is no federation')
    return gate.card
  }

  function create(device: CheckView, alias: string): Participant {
    const { federation, fingerprint, token } = link
    return createParticipant({
      origin,
      federation,
      fingerprint,
      token,
      alias,
      device: { name: device.device.slice(0, 120), backend: device.backend, imagesPerSecond: device.imagesPerSecond },
      images: device.trainingImages,
      learner: remoteLearner(host),
      keep,
      hidden: () => document.hidden,
      ...(sealSpy && { spy: sealSpy }),
    })
  }

  async function newestModel(signals: readonly AbortSignal[] = []): Promise<Uint8Array<ArrayBuffer>> {
    const question = { federation: link.federation, fingerprint: link.fingerprint, keep, now: Date.now() }
    const signal = AbortSignal.any([...signals, AbortSignal.timeout(DOWNLOAD_MS)])
    const model = await downloadNewestModel(origin, question, signal)
    if (!model.ok) throw new Error(model.refusal.message)
    return model.value
  }

  async function check(): Promise<void> {
    set({ check: { state: 'running', stage: 'crops', since: Date.now(), fraction: 0 } })
    try {
      const onStage = proxy<OnStage>((stage, fraction = 0) => {
        const { check } = get()
        const same = check.state === 'running' && check.stage === stage
        set({ check: { state: 'running', stage, since: same ? check.since : Date.now(), fraction } })
      })
      const view = await host.insist((bench) => bench.check(federation().local, deviceWish(get(), link), onStage))
      set({ check: { state: 'done', view } })
    } catch (error) {
      set({ check: { state: 'failed', problem: messageOf(error) } })
    }
  }

  return {
    check,
    choose(wish) {
      remember(wish)
      set(wish)
      void check()
    },
    start(how = { paused: false }) {
      const { check, agreed } = get()
      if (check.state !== 'done' || !agreed) return
      unfollow()
      void participant?.close()
      participant = create(check.view, agreed.alias)
      unfollow = follow(context, participant)
      remember({ training: true, paused: how.paused })
      participant.start()
      if (how.paused) pauseOnceAlive(participant)
      set({ opened: undefined })
    },
    pause() {
      remember({ paused: true })
      participant?.pause()
    },
    resume() {
      remember({ paused: false })
      participant?.resume()
    },
    leave() {
      remember({ training: false })
      participant?.leave()
    },
    async saveModel() {
      saveFile(new Blob([await newestModel()]), `${fileStem(federation().name)}.safetensors`)
    },
    async picture({ signal, onFraction }) {
      const { params } = decodeSafetensors(await newestModel([signal]))
      const task = { backbone: params.values, settings: federation().local }
      const pictures = await host.insist(
        (bench) => bench.pictures({ ...task, queries: QUERIES }, proxy(onFraction)),
        signal,
      )
      return {
        ...pictures,
        activations: (crops, { signal, onFraction }) =>
          host.insist((bench) => bench.activations({ ...task, crops }, proxy(onFraction)), signal),
      }
    },
  }
}

/** What the worker is asked to compute with. */
export function deviceWish({ backend, threads }: PageState, { plain }: JoinLink): DeviceWish {
  return { backend, threads: threadsOf(threads, pageOffer()), plain }
}

/** Shows the session with what earlier visits saw, keeps that, and notes what had left when a round began. */
function follow({ get, set, place }: PageContext, participant: Participant): () => void {
  const before = readHistory(place)
  let kept = participant.getSnapshot().rounds
  const keep = () => writeHistory(place, withHistory(participant.getSnapshot(), before))
  window.addEventListener('pagehide', keep)
  const show = paced(DRAWN_EVERY_MS, () => {
    const session = withHistory(participant.getSnapshot(), before)
    const { ledgerBefore } = get()
    const round = session.status?.round ?? 0
    set({
      session,
      ...(ledgerBefore?.round !== round && { ledgerBefore: { round, ledger: session.ledger }, notice: undefined }),
    })
    if (participant.getSnapshot().rounds === kept) return
    kept = participant.getSnapshot().rounds
    keep()
  })
  const unsubscribe = participant.subscribe(show.ask)
  return () => {
    unsubscribe()
    show.stop()
    window.removeEventListener('pagehide', keep)
    keep()
  }
}

/** A tab that was paused when it was reloaded stays paused. */
function pauseOnceAlive(participant: Participant): void {
  const stop = participant.subscribe(() => {
    if (participant.getSnapshot().state === 'idle') return
    stop()
    participant.pause()
  })
}
