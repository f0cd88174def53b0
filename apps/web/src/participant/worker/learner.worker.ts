/** The one worker: crops, learner and identity head live here and nowhere else. */
import { openCropStore, type FileWatch, type Folder } from '@passerby/crops'
import { openOpfsFolder } from '@passerby/crops/browser'
import { deviceLoss } from '@passerby/learner'
import { expose } from 'comlink'
import { openCropDesk, type CropDesk } from './crop-desk.ts'
import { openDesk, type Desk } from './learning-desk.ts'
import type { OnProgress, OnStage, PublicSet, Workbench } from './workbench.ts'

interface Place {
  readonly name: string
  readonly crops: CropDesk
  readonly heads: Folder
}

let place: Place | undefined
let desk: Desk | undefined
let publicSet: PublicSet | undefined
let job = new AbortController()

/** One job at a time: its signal is what `abort` aborts. */
function nextJob(): AbortSignal {
  job = new AbortController()
  return job.signal
}

function here(): Place {
  if (!place) throw new Error('Workbench: open comes first')
  return place
}

function atDesk(): Desk {
  if (!desk) throw new Error('Workbench: check comes first')
  return desk
}

const watch = (signal: AbortSignal, onProgress: OnProgress): FileWatch => ({
  signal,
  onProgress: throttled(({ done, total }) => onProgress(done, total)),
})

const workbench: Workbench = {
  live: (lock) =>
    new Promise((answer) => {
      void navigator.locks.request(lock, () => {
        answer()
        return new Promise(() => {})
      })
    }),
  async open(name) {
    const heads = await openOpfsFolder([name, 'heads'])
    place = { name, heads, crops: openCropDesk(openCropStore(await openOpfsFolder([name, 'crops']))) }
  },
  kept: () => here().crops.kept(),
  read: (picked, onProgress) => here().crops.read(picked, watch(nextJob(), onProgress)),
  readNames: async (syntax) => here().crops.readNames(syntax),
  keep: (onProgress) => here().crops.keep(watch(nextJob(), onProgress)),
  async forget() {
    const { crops, heads } = here()
    await crops.forget()
    for (const name of await heads.list()) await heads.remove(name)
    desk = undefined
  },
  sheet: (size) => here().crops.sheet(size),
  async check(settings, wish, onStage) {
    const { name, crops, heads } = here()
    const tell = throttled<Parameters<OnStage>>(
      (stage) => onStage?.(...stage),
      ([, fraction]) => fraction === undefined,
    )
    desk = await openDesk({
      crops: await crops.crops(),
      settings,
      wish,
      federation: name,
      memory: { load: (key) => heads.read(key), save: (key, bytes) => heads.write(key, bytes) },
      signal: nextJob(),
      onStage: (...stage) => tell(stage),
    })
    // Without its device the worker is of no use: its end tells the page, which starts another.
    void deviceLoss().then(() => self.close())
    return desk.view
  },
  async holdPublicSet(set) {
    publicSet = set
  },
  train: ({ looksAtPublicSet, ...task }, onProgress, onLooking) =>
    atDesk().learner.train(
      { ...task, ...(looksAtPublicSet && publicSet && { publicSet }) },
      {
        signal: nextJob(),
        onProgress: throttled(onProgress, ({ loss }) => loss !== undefined),
        onLooking: throttled(onLooking, ({ seen }) => seen === 0),
      },
    ),
  evaluate: (task) => atDesk().learner.evaluate(task, { signal: nextJob() }),
  async abort() {
    job.abort(new DOMException('The work was abandoned.', 'AbortError'))
  },
  pictures: (task, onFraction) =>
    atDesk().pictures(task, { signal: nextJob(), onFraction: throttled(onFraction, isWhole) }),
  activations: (task, onFraction) =>
    atDesk().activations(task, { signal: nextJob(), onFraction: throttled(onFraction, isWhole) }),
}

expose(workbench)

const isWhole = (fraction: number) => fraction === 1

const PROGRESS_EVERY_MS = 100

/** Lets through one call in a tenth of a second, since a page need not draw faster, and every one that `matters`. */
function throttled<Value>(call: (value: Value) => void, matters: (value: Value) => boolean = () => false) {
  let last = 0
  return (value: Value) => {
    if (!matters(value) && performance.now() - last < PROGRESS_EVERY_MS) return
    last = performance.now()
    call(value)
  }
}
