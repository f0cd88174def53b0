/** More threads gain little, and every one has its own copy of the activations' memory. */
const MOST = 8

export interface ThreadOffer {
  /** What a person may choose from. */
  readonly most: number
  /** Half of the processors: the other half keeps the machine usable. */
  readonly preset: number
}

/**
 * How many threads this page may compute with. Threads share memory, which browsers give to pages that are
 * cross-origin isolated only; elsewhere there is one.
 */
export function threadOffer(place: {
  readonly crossOriginIsolated: boolean
  readonly hardwareConcurrency: number
}): ThreadOffer {
  if (!place.crossOriginIsolated) return { most: 1, preset: 1 }
  const most = within(1, place.hardwareConcurrency, MOST)
  return { most, preset: within(1, Math.floor(place.hardwareConcurrency / 2), MOST) }
}

/** The same of this page. */
export function pageOffer(): ThreadOffer {
  const { crossOriginIsolated } = globalThis
  return threadOffer({ crossOriginIsolated, hardwareConcurrency: navigator.hardwareConcurrency })
}

/** The wish as far as it can be met here. */
export function threadsOf(wish: number | undefined, { most, preset }: ThreadOffer): number {
  return wish === undefined ? preset : within(1, wish, most)
}

const within = (least: number, value: number, most: number) => Math.min(Math.max(least, value), most)
