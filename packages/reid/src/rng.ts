/**
 * Seeded random numbers for everything that must come out the same twice: shuffles, augmentation, generated people.
 * A stream is named by its path, e.g. `rng(1).split('round', 3)`, so that adding draws in one place never shifts
 * the numbers of another. Not for keys: secrets come from WebCrypto.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** A stream of random numbers. Drawing advances it; splitting does not. */
export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Uniform integer in [0, below). Throws `RangeError` unless `below` is a positive integer. */
  int(below: number): number
  /** Standard normal (Box–Muller). */
  normal(): number
  /** One of `items`. Throws `RangeError` when there is none. */
  pick<T>(items: readonly T[]): T
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[]
  /** The independent stream of that name below this one; the same however much was drawn from this one. */
  split(...names: readonly StreamName[]): Rng
}

export type StreamName = string | number

/** The stream of a seed and any number of names. The same arguments give the same numbers in every JavaScript engine. */
export function rng(seed: number, ...names: readonly StreamName[]): Rng {
  return streamOf([seed, ...names].map(pathPart).join(''))
}

/** Length first, so that no two lists of names make the same path. */
const pathPart = (name: StreamName): string => {
  const tagged = typeof name === 'number' ? `#${name}` : `$${name}`
  return `${tagged.length}${tagged}`
}

function streamOf(path: string): Rng {
  const bits = xoroshiro128plusFromState(hash128(path))
  const uniform = () => uniformFloat64(bits)
  const int = (below: number) => {
    if (!Number.isSafeInteger(below) || below < 1) throw new RangeError(`Rng.int: no integer in [0, ${below})`)
    return uniformInt(bits, 0, below - 1)
  }
  let spare: number | undefined
  return {
    uniform,
    int,
    between: (low, high) => low + (high - low) * uniform(),
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    pick: (items) => items[int(items.length)],
    shuffle(items) {
      const shuffled = [...items]
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = int(last + 1)
        const item = shuffled[last]
        shuffled[last] = shuffled[other]
        shuffled[other] = item
      }
      return shuffled
    },
    split: (...names) => streamOf(path + names.map(pathPart).join('')),
  }
}

/** Four lanes of FNV-1a over UTF-16 units, each finished as in MurmurHash3 and stirred with its neighbour. */
function hash128(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]
  for (let lane = 0; lane < 4; lane++) {
    let hash = lanes[lane]
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ (text.charCodeAt(at) + lane), 0x01000193)
    lanes[lane] = hash
  }
  for (let turn = 0; turn < 8; turn++) lanes[turn & 3] = finish(lanes[turn & 3] + Math.imul(lanes[(turn + 3) & 3], 31))
  return lanes
}

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
