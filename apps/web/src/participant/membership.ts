/** That this browser takes part, kept over reloads so that a tab goes on by itself. */
export interface Membership {
  readonly alias: string
  /** Training had begun, so a reload goes on with it. */
  readonly training: boolean
  readonly paused: boolean
  readonly awake: boolean
  readonly backend: BackendWish
  /** Processor threads; undefined until the person chooses. */
  readonly threads: number | undefined
}

/** `automatic`: the fastest that computes correctly. */
export const backendWishes = ['automatic', 'webgpu', 'wasm'] as const
export type BackendWish = (typeof backendWishes)[number]

const keyOf = (place: string) => `passerby/membership/${place}`

export function readMembership(place: string): Membership | undefined {
  return parseMembership(localStorage.getItem(keyOf(place)))
}

export function writeMembership(place: string, membership: Membership): void {
  localStorage.setItem(keyOf(place), JSON.stringify(membership))
}

/** `undefined` for what is none, e.g. one of an older page: the person is then asked again. */
export function parseMembership(json: string | null): Membership | undefined {
  let value: unknown
  try {
    value = JSON.parse(json ?? '')
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { alias, training, paused, awake, backend, threads } = value as Record<string, unknown>
  if (typeof alias !== 'string' || alias === '') return undefined
  return {
    alias,
    training: training === true,
    paused: paused === true,
    awake: awake === true,
    backend: backendWishes.find((wish) => wish === backend) ?? 'automatic',
    threads: typeof threads === 'number' && Number.isInteger(threads) && threads >= 1 ? threads : undefined,
  }
}
