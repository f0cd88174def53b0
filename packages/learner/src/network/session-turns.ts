import type { Optimiser } from '../training/optimiser.ts'

/** What a session may be asked for, and when (`Session`): the same for every executor, however it does it. */
export interface SessionTurns<Pass> {
  /** A batch is about to go forward, after which there is no earlier one to go back from. Throws `RangeError` for too few images. */
  begin(images: number, training: boolean): void
  /** A training pass has gone forward. */
  forwarded(pass: Pass): void
  /** The pass to go back from. Throws `RangeError` when there is none. */
  pending(): Pass
  /** The pending pass has been gone back from. */
  wentBack(): void
  /** Forgets the pending pass; it. */
  drop(): Pass | undefined
  /** The optimiser to step with. Throws `RangeError` when there is none, or no batch to step by. */
  optimiser(): Optimiser
  /** Throws `RangeError` before any gradient. */
  refuseWithoutGradient(): void
}

export function sessionTurns<Pass>(optimiser: Optimiser | undefined): SessionTurns<Pass> {
  let pending: Pass | undefined
  let found = false
  let updatable = false
  const drop = () => {
    const dropped = pending
    pending = undefined
    return dropped
  }
  return {
    drop,
    begin(images, training) {
      drop()
      if (training) updatable = false
      if (images < (training ? 2 : 1)) throw new RangeError(`session: a batch of ${images}`)
    },
    forwarded: (pass) => void (pending = pass),
    pending() {
      if (pending === undefined) throw new RangeError('back: only the last train can be gone back from, once')
      return pending
    },
    wentBack() {
      drop()
      found = true
      updatable = true
    },
    optimiser() {
      if (updatable && optimiser) return optimiser
      throw new RangeError('update: the last train was not gone back from, or there is no optimiser')
    },
    refuseWithoutGradient() {
      if (!found) throw new RangeError('gradient: there is none before `back`')
    },
  }
}
