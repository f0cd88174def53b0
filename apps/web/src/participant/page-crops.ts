import { proxy } from 'comlink'
import { forgetHistory } from './history.ts'
import { messageOf } from './message-of.ts'
import type { CropsActions } from './crops-step.tsx'
import type { PageContext } from './page.ts'
import type { CropsState } from './page-state.ts'

/** What the crops screen does, through the worker. */
export interface CropsDesk extends CropsActions {
  /** Shows the crops that an earlier visit kept. */
  readonly restore: () => Promise<void>
}

export function openCrops({ host, get, set, remember, place }: PageContext): CropsDesk {
  let life = new AbortController()
  const show = (crops: CropsState) => set({ crops })

  /** Runs one import or copy; cancelling and failing both lead back to what was there before. */
  async function run(work: (signal: AbortSignal) => Promise<void>, otherwise: CropsState): Promise<void> {
    life = new AbortController()
    const { signal } = life
    try {
      await work(signal)
    } catch (error) {
      show({
        ...otherwise,
        ...(!signal.aborted && { problem: messageOf(error) }),
      })
    }
    await measureStorage(set)
  }

  return {
    async restore() {
      await run(
        async () => {
          const view = await host.ask((bench) => bench.kept())
          if (view) show({ state: 'kept', view })
        },
        { state: 'none' },
      )
    },
    read(picked) {
      show({ state: 'reading', done: 0, total: 0 })
      void run(
        async (signal) => {
          const onProgress = proxy((done: number, total: number) => show({ state: 'reading', done, total }))
          show({ state: 'read', view: await host.ask((bench) => bench.read(picked, onProgress), signal) })
        },
        { state: 'none' },
      )
    },
    complain: (problem) => show({ state: 'none', problem }),
    async readNames(syntax) {
      const answer = await host.ask(async (bench) => await bench.readNames(syntax))
      if (!answer.ok) return answer.problem
      if (get().crops.state === 'read') show({ state: 'read', view: answer.crops })
      return undefined
    },
    keep() {
      const { crops } = get()
      if (crops.state !== 'read') return
      const { view } = crops
      void run(
        async (signal) => {
          // Without it a browser in need of room may delete the copies; whether it agrees is up to it.
          await navigator.storage.persist()
          const onProgress = proxy((done: number, total: number) =>
            show({ state: 'read', view, keeping: { done, total } }),
          )
          show({ state: 'read', view, keeping: { done: 0, total: view.summary.images } })
          show({ state: 'kept', view: await host.ask((bench) => bench.keep(onProgress), signal) })
          set({ check: { state: 'none' }, opened: undefined })
        },
        { state: 'read', view },
      )
    },
    forget() {
      void run(async () => {
        await host.ask((bench) => bench.forget())
        forgetHistory(place)
        remember({ training: false })
        set({ crops: { state: 'none' }, check: { state: 'none' } })
      }, get().crops)
    },
    cancel: () => life.abort(new DOMException('Cancelled.', 'AbortError')),
    sheet: (size) => host.ask((bench) => bench.sheet(size)),
  }
}

async function measureStorage(set: PageContext['set']): Promise<void> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  set({ storage: { used: usage, left: Math.max(0, quota - usage) } })
}
