/**
 * One WebAssembly memory: flat buffers that last, and behind them an arena that grows to the largest plan. Behind that are the
 * weights that a proximal term pulls to, once there is one: they move when the arena grows.
 */
import type { Span } from '@passerby/backbones'
import { LearnerError } from '../../learner-error.ts'

/** `first` and `second`: an optimiser's state; `start`: what the weights were at first. */
type Region = Span['region'] | 'first' | 'second' | 'start'
type Place = Omit<Span, 'label' | 'region'> & { readonly region: Region }

export interface RegionMemory {
  /** Byte address of a place's first number; in `start`, until the arena grows. */
  address(place: Place): number
  /** The numbers there: a view that lasts until the memory grows. */
  view(place: Place): Float32Array
  /** A whole region but the arena. */
  all(region: Exclude<Region, 'arena'>): Place
  /** Makes the arena hold so many numbers. Throws `LearnerError` ('out-of-memory') where the machine gives no more. */
  fitArena(size: number): void
  /** Copies the weights into `start`, for which there is no room before. Throws as `fitArena` does. */
  keepStart(): void
  bytes(): number
}

const PAGE = 65_536
const FLOAT = 4
const CACHE_LINE = 64

/** `free`: the first free byte; `counts`: how many numbers a network has. */
export function layOut(
  memory: WebAssembly.Memory,
  free: number,
  counts: { readonly weight: number; readonly statistic: number },
): RegionMemory {
  const { weight, statistic } = counts
  const sizes = {
    parameters: weight + statistic,
    gradient: weight,
    statistics: statistic,
    first: weight,
    second: weight,
    start: weight,
  }
  const after = (address: number, size: number) => Math.ceil((address + size * FLOAT) / CACHE_LINE) * CACHE_LINE
  const parameters = after(free, 0)
  const gradient = after(parameters, sizes.parameters)
  const statistics = after(gradient, sizes.gradient)
  const first = after(statistics, sizes.statistics)
  const second = after(first, sizes.first)
  const arena = after(second, sizes.second)
  const starts = { parameters, gradient, statistics, first, second, arena, start: arena }
  const address = ({ region, offset }: Place) => starts[region] + offset * FLOAT
  let arenaSize = 0
  let started = false
  /** Makes memory reach to the end of an arena of so many numbers, and of what is behind it; where that starts. */
  const reach = (size: number, behind: number) => {
    const start = after(arena, size)
    const missing = Math.ceil((start + behind * FLOAT - memory.buffer.byteLength) / PAGE)
    try {
      if (missing > 0) memory.grow(missing)
    } catch (cause) {
      throw outOfMemory(size, cause)
    }
    return start
  }
  const fitArena = (size: number) => {
    if (size <= arenaSize) return
    const start = reach(size, started ? sizes.start : 0)
    if (started) new Uint8Array(memory.buffer).copyWithin(start, starts.start, starts.start + sizes.start * FLOAT)
    starts.start = start
    arenaSize = size
  }
  reach(0, 0)
  return {
    address,
    fitArena,
    keepStart() {
      starts.start = reach(arenaSize, sizes.start)
      started = true
      const bytes = new Uint8Array(memory.buffer)
      bytes.copyWithin(starts.start, parameters, parameters + weight * FLOAT)
    },
    view: (place) => new Float32Array(memory.buffer, address(place), place.size),
    all: (region) => ({ region, offset: 0, size: sizes[region] }),
    bytes: () => memory.buffer.byteLength,
  }
}

/** The error where there is no room for an arena of so many numbers. */
export function outOfMemory(size: number, cause: unknown): LearnerError {
  const mebibytes = Math.ceil((size * FLOAT) / 2 ** 20)
  const message = `There are no ${mebibytes} MiB for a batch. Use smaller batches or images, or close other tabs.`
  return new LearnerError('out-of-memory', message, { cause })
}
