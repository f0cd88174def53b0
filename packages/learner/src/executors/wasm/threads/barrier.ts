/**
 * Threads that wait for each other, a few hundred times in a training step: spinning for as long as they usually need,
 * then asleep. A thread that never comes ends in an error on all others.
 */
import { LearnerError } from '../../../learner-error.ts'

/** Words of a barrier's memory: who is here, how often all were here, who sleeps, whether a thread is lost. */
const ARRIVED = 0
const TURN = 1
const ASLEEP = 2
const LOST = 3
const WORDS = 4

/** A thread looks out for the others this long before it sleeps: a few times as long as it takes to be woken. */
const LOOK_OUT_MS = 0.2
/** A sleeper looks whether the others still live. */
const NAP_MS = 100

export interface Barrier {
  /** Returns when as many threads have called it as there are. Throws `LearnerError` ('thread-lost') when one is lost. */
  wait(threads: number): void
  /** This thread is lost: all that wait or will wait throw. */
  lose(): void
}

export const barrierMemory = () => new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)

/** `patienceMs`: a thread is lost when it lets the others wait for so long. */
export function openBarrier(memory: SharedArrayBuffer, patienceMs: number): Barrier {
  const words = new Int32Array(memory)
  const mayNap = mayBlock()

  const nap = (turn: number): void => {
    if (mayNap) return void Atomics.wait(words, TURN, turn, NAP_MS)
    const end = performance.now() + NAP_MS
    while (Atomics.load(words, TURN) === turn && performance.now() < end);
  }

  const lose = () => {
    Atomics.store(words, LOST, 1)
    Atomics.add(words, TURN, 1)
    Atomics.notify(words, TURN)
  }

  const untilTurnAfter = (turn: number) => {
    const unchanged = () => Atomics.load(words, TURN) === turn
    const end = performance.now() + LOOK_OUT_MS
    while (performance.now() < end) if (!unchanged()) return
    Atomics.add(words, ASLEEP, 1)
    for (let napped = 0; unchanged(); napped += NAP_MS) {
      if (napped >= patienceMs) lose()
      nap(turn)
    }
    Atomics.sub(words, ASLEEP, 1)
  }

  const refuseLost = () => {
    if (Atomics.load(words, LOST) === 1) throw new LearnerError('thread-lost', LOST_MESSAGE)
  }

  return {
    lose,
    wait(threads) {
      // In this order: who is lost later ends this turn.
      const turn = Atomics.load(words, TURN)
      refuseLost()
      if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
        Atomics.store(words, ARRIVED, 0)
        Atomics.add(words, TURN, 1)
        if (Atomics.load(words, ASLEEP) > 0) Atomics.notify(words, TURN)
      } else {
        untilTurnAfter(turn)
      }
      refuseLost()
    },
  }
}

/** Of the error that every thread but the lost one gets. */
export const LOST_MESSAGE = 'A thread of the WebAssembly backend stopped: what starts next runs on one thread.'

/** Whether this thread may sleep: a page's own may not, and has to spin. */
function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(barrierMemory()), TURN, 1, 0)
    return true
  } catch {
    return false
  }
}
