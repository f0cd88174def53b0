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
  const all = new Float32Array(memory.slots)
  const size = all.length / (2 * threads)
  const slots = Array.from({ length: 2 * threads }, (_, slot) => all.subarray(slot * size, (slot + 1) * size))
  let sharing = threads
  let half = 0

  /** Everyone's slot of this exchange, in the order of threads. */
  const post = (values: Float32Array, rows: number) => {
    half = 1 - half
    const posted = slots.slice(half * threads, half * threads + sharing)
    const own = posted[thread]
    own[0] = rows
    own.set(values, 1)
    barriers.sharing.wait(sharing)
    return posted
  }
  const rowsOf = (posted: readonly Float32Array[]) => posted.reduce((sum, [rows]) => sum + rows, 0)

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
      const posted = post(moments, rows)
      const whole = rowsOf(posted)
      const channels = moments.length / 2
      for (let c = 0; c < channels; c++) {
        let mean = 0
        for (const slot of posted) mean += (slot[0] / whole) * slot[1 + c]
        let squares = 0
        for (const slot of posted) squares += slot[1 + channels + c] + slot[0] * (slot[1 + c] - mean) ** 2
        moments[c] = mean
        moments[channels + c] = squares
      }
      return whole
    },
    sums(sums, rows) {
      if (sharing === 1) return rows
      const posted = post(sums, rows)
      for (let i = 0; i < sums.length; i++) {
        let sum = 0
        for (const slot of posted) sum += slot[1 + i]
        sums[i] = sum
      }
      return rowsOf(posted)
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
