/**
 * The participant page's effects: opens link, browser, key and card, then does what the screens ask for. The screens
 * read `store` and call the rest.
 */
import { openBrowserKeep, ParticipantError, previewCard, type BrowserKeep } from '@passerby/participant'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { messageOf } from './message-of.ts'
import { readJoinLink, type JoinLink } from './link.ts'
import { readMembership, writeMembership, type Membership } from './membership.ts'
import { openCrops, type CropsDesk } from './page-crops.ts'
import { firstState, type PageState } from './page-state.ts'
import { deviceWish, openTraining, type TrainingDesk } from './page-training.ts'
import type { Problem, Way } from './problem.ts'
import type { Step } from './rail.tsx'
import { missingFeature } from './support.ts'
import { hostWorkbench, type WorkbenchHost } from './workbench-host.ts'

export interface ParticipantPage {
  readonly store: StoreApi<PageState>
  readonly agree: (alias: string) => void
  readonly show: (step: Step) => void
  readonly take: (way: Way) => void
  readonly stayAwake: (awake: boolean) => void
  /** Only while the gate is open. */
  readonly crops: CropsDesk
  readonly training: TrainingDesk
}

/** What every part of the page shares. */
export interface PageContext {
  readonly link: JoinLink
  readonly keep: BrowserKeep
  /** Names what this tab keeps in the browser. */
  readonly place: string
  readonly host: WorkbenchHost
  readonly get: () => PageState
  readonly set: (change: Partial<PageState>) => void
  readonly block: (problem: Problem) => void
  readonly membership: () => Membership | undefined
  readonly remember: (change: Partial<Membership>) => void
}

/** Opens everything; resolves when the page can be used or is blocked. */
export async function openPage(store: StoreApi<PageState>, url: URL): Promise<ParticipantPage | undefined> {
  const block = (problem: Problem) => store.setState({ gate: { state: 'blocked', problem } })
  const link = readJoinLink(url)
  if (!link) {
    block({ kind: 'bad-link' })
    return undefined
  }
  const missing = await missingFeature()
  if (missing) {
    block({ kind: 'browser', missing })
    return undefined
  }
  try {
    return await open(store, url, link)
  } catch (error) {
    block(problemOf(error))
    return undefined
  }
}

export const newPageStore = (): StoreApi<PageState> => createStore<PageState>(() => firstState)

async function open(store: StoreApi<PageState>, url: URL, link: JoinLink): Promise<ParticipantPage | undefined> {
  const keep = await openBrowserKeep(link.federation)
  const place = keep.slot === 0 ? link.federation : `${link.federation}.${keep.slot + 1}`
  const { federation, fingerprint } = link
  const pinned = (await keep.read('pin')) === fingerprint
  const block = (problem: Problem) => store.setState({ gate: { state: 'blocked', problem } })
  const trusted = await previewCard(
    url.origin,
    { federation, fingerprint, keep, now: Date.now() },
    AbortSignal.timeout(OPENING_MS),
  )
  const context: PageContext = {
    link,
    keep,
    place,
    host: hostWorkbench({
      prepare: async (bench) => {
        await bench.open(place)
        const { gate, check } = store.getState()
        if (gate.state === 'open' && check.state === 'done')
          await bench.check(gate.card.local, deviceWish(store.getState(), link))
      },
      onGone: (reason) => store.setState({ notice: `The part of this page that computes was restarted. ${reason}` }),
    }),
    get: store.getState,
    set: store.setState,
    block,
    membership: () => readMembership(place),
    remember: (change) => {
      const before = readMembership(place) ?? {
        alias: '',
        training: false,
        paused: false,
        awake: false,
        backend: 'automatic' as const,
        threads: undefined,
      }
      writeMembership(place, { ...before, ...change })
    },
  }
  const page: ParticipantPage = {
    store,
    agree(alias) {
      context.remember({ alias })
      store.setState({ agreed: { alias }, opened: undefined })
    },
    show: (opened) => store.setState({ opened }),
    take(way) {
      const ready = way === 'trust' ? Promise.all([keep.remove('pin'), keep.remove('upload')]) : Promise.resolve()
      void ready.then(() => location.reload())
    },
    stayAwake(awake) {
      context.remember({ awake })
      store.setState({ awake })
    },
    crops: openCrops(context),
    training: openTraining(context, url.origin),
  }
  if (!trusted.ok) {
    block({ kind: 'refused', refusal: trusted.refusal })
    return page
  }
  const { card, words } = trusted.value
  store.setState({ gate: { state: 'open', card, host: url.host, words, pinned, participant: keep.slot + 1 } })
  await goOn(page, context)
  return page
}

/** After a reload: what was agreed, the crops that are kept, and the training that had begun. */
async function goOn({ crops, training }: ParticipantPage, { membership, set, get }: PageContext): Promise<void> {
  const member = membership()
  if (member)
    set({ agreed: { alias: member.alias }, awake: member.awake, backend: member.backend, threads: member.threads })
  await crops.restore()
  if (!member?.training || get().crops.state !== 'kept') return
  await training.check()
  if (get().check.state === 'done') training.start({ paused: member.paused })
}

/** The page says so when the coordinator is silent for longer. */
const OPENING_MS = 20_000

function problemOf(error: unknown): Problem {
  if (error instanceof ParticipantError && error.code === 'not-found')
    return { kind: 'refused', refusal: { code: 'unknown-federation', message: error.message } }
  if (error instanceof ParticipantError && error.code !== 'storage') return { kind: 'unreachable' }
  if (error instanceof DOMException && error.name === 'TimeoutError') return { kind: 'unreachable' }
  return { kind: 'unexpected', message: messageOf(error) }
}
