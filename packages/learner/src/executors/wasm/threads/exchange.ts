/**
 * What threads tell each other in a training step. Each runs its share of a batch on weights of its own; batch norm has to
 * see the whole batch, and in the end all need the gradient of all. Sums are taken in the same order every time, so that
 * the same number of threads gives the same bits, and every thread the same as the others.
 */
import { barrierMemory, openBarrier } from './barrier.ts'

/** Memory that all threads of one executor have; travels in a message. */
export interface ExchangeMemory {
  /** Where those meet that share a batch, and where all do: who has no share is there early. */
  readonly barriers: { readonly sharing: SharedArrayBuffer; readonly all: SharedArrayBuffer }
  /** Two slots per thread: while one is read, the next exchange may write the other. */
  readonly slots: SharedArrayBuffer
  /** The gradient of the weights, then the batch's statistics. */
  readonly sums: SharedArrayBuffer
}

export interface ExchangeSizes {
  readonly threads: number
  readonly weights: number
  readonly statistics: number
  /** Of the widest map. */
  readonly channels: number
}

/** A thread's place among those that work on the same batch; thread 0 is the caller's own. */
export interface Member {
  readonly thread: number
  readonly threads: number
}

export interface Exchange {
  /** How many threads, the first ones, share the next batch. */
  share(threads: number): void
  /**
   * Turns the means and the sums of squared distances from them, of `rows` rows, into those of the whole batch, in place;
   * its number of rows. (Chan, Golub & LeVeque 1979, section 2.)
   */
  moments(moments: Float32Array, rows: number): number
  /** Turns sums over `rows` rows into those over the whole batch; its number of rows. */
  sums(sums: Float32Array, rows: number): number
  /** Returns when all that share the batch are here. */
  meet(): void
  /** Adds up the gradients of all threads, also those without a share, and gives all the first one's statistics. */
  conclude(gradient: Float32Array, statistics: Float32Array): void
  /** This thread fails: all others throw `LearnerError` ('thread-lost'). */
  lose(): void
}

const FLOAT = Float32Array.BYTES_PER_ELEMENT
/** A slot: the number of rows, then two numbers per channel. */
const slotSize = (channels: number) => 1 + 2 * channels

export function exchangeMemory({ threads, weights, statistics, channels }: ExchangeSizes): ExchangeMemory {
  return {
    barriers: { sharing: barrierMemory(), all: barrierMemory() },
    slots: new SharedArrayBuffer(2 * threads * slotSize(channels) * FLOAT),
    sums: new SharedArrayBuffer((weights + statistics) * FLOAT),
  }
}

/** `patienceMs`: a thread is lost when it lets the others wait for so long. */
export function openExchange(memory: ExchangeMemory, options: Member & { readonly patienceMs: number }): Exchange {
  const { thread, threads, patienceMs } = options
  const barriers = {
    sharing: openBarrier(memory.barriers.sharing, patienceMs),
    all: openBarrier(memory.barriers.all, patienceMs),
  }
  const slots = new Float32Array(memory.slots)
  const size = slots.length / (2 * threads)
  let sharing = threads
  let half = 0

  /** Fills this thread's slot, and returns where the first one starts when all are filled. */
  const post = (values: Float32Array, rows: number): number => {
    half = 1 - half
    const first = half * threads * size
    const own = first + thread * size
    slots[own] = rows
    slots.set(values, own + 1)
    barriers.sharing.wait(sharing)
    return first
  }
  const sumOf = (at: number): number => {
    let sum = 0
    for (let other = 0; other < sharing; other++) sum += slots[at + other * size]
    return sum
  }

  return {
    meet: () => barriers.sharing.wait(sharing),
    lose() {
      barriers.sharing.lose()
      barriers.all.lose()
    },
    share(threads) {
      sharing = threads
      half = 0
    },
    moments(moments, rows) {
      if (sharing === 1) return rows
      const first = post(moments, rows)
      const whole = sumOf(first)
      const channels = moments.length / 2
      for (let c = 0; c < channels; c++) {
        const [meanAt, squaresAt] = [first + 1 + c, first + 1 + channels + c]
        let mean = 0
        for (let at = 0; at < sharing * size; at += size) mean += (slots[first + at] / whole) * slots[meanAt + at]
        let squares = sumOf(squaresAt)
        for (let at = 0; at < sharing * size; at += size) {
          squares += slots[first + at] * (slots[meanAt + at] - mean) ** 2
        }
        moments[c] = mean
        moments[channels + c] = squares
      }
      return whole
    },
    sums(sums, rows) {
      if (sharing === 1) return rows
      const first = post(sums, rows)
      for (let i = 0; i < sums.length; i++) sums[i] = sumOf(first + 1 + i)
      return sumOf(first)
    },
    conclude(gradient, statistics) {
      const sum = new Float32Array(memory.sums, 0, gradient.length)
      const shown = new Float32Array(memory.sums, gradient.length * FLOAT, statistics.length)
      // Nobody still reads the last sum.
      barriers.all.wait(threads)
      if (thread === 0) shown.set(statistics)
      // Each in another part at a time: part p gets the gradients of threads p, p − 1, … in that order.
      for (let turn = 0; turn < threads; turn++) {
        const part = (thread + turn) % threads
        const from = Math.floor((part * gradient.length) / threads)
        const to = Math.floor(((part + 1) * gradient.length) / threads)
        if (turn === 0) sum.set(gradient.subarray(from, to), from)
        else for (let i = from; i < to; i++) sum[i] += gradient[i]
        barriers.all.wait(threads)
      }
      gradient.set(sum)
      statistics.set(shown)
    },
  }
}
