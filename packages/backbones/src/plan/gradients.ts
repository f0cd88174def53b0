import { IMAGES } from '../backbone.ts'
import { unplaced, type Buffer, type Run } from './task.ts'

/**
 * The gradients found so far, by the name of the value that they belong to. A sum hands its own gradient to all that it
 * adds, so one buffer may stand under several names; it is overwritten only when it stands under none other.
 */
export interface Gradients {
  /** Removes and returns a value's gradient; undefined when nothing that reads it leads to the embedding. */
  take(name: string): Buffer | undefined
  /** Hands a gradient on as it is. */
  pass(run: Run, name: string, gradient: Buffer): void
  /** `compute` writes what one reader gives, or adds it where told to. Nothing is computed for the images. */
  give(run: Run, name: string, contribution: Contribution): void
}

interface Contribution {
  readonly size: number
  /** The gradient that `compute` reads. */
  readonly from: Buffer
  /** What `compute` can do with its target: add to it, overwrite `from` with it, or only write a third one. */
  readonly can: 'accumulate' | 'overwrite' | 'write'
  readonly compute: (dx: Buffer, accumulate: 0 | 1) => void
}

/** `dEmbeddings` becomes the gradient of the value named `output`, and may be overwritten. */
export function gradientsFrom(output: string, dEmbeddings: Buffer): Gradients {
  const found = new Map([[output, dEmbeddings]])
  const names = (gradient: Buffer) => [...found.values()].filter((one) => one === gradient).length

  const sum = (run: Run, name: string, [a, b]: readonly [Buffer, Buffer]) => {
    const y = names(a) === 1 && a !== b ? a : unplaced(`${name}:sum${a.label}`, a.size)
    run('add', { a, b, y }, { count: a.size, ceiling: 0 })
    found.set(name, y)
  }

  return {
    take(name) {
      const gradient = found.get(name)
      found.delete(name)
      return gradient
    },
    pass(run, name, gradient) {
      const before = found.get(name)
      if (name === IMAGES) return
      if (before) sum(run, name, [before, gradient])
      else found.set(name, gradient)
    },
    give(run, name, { size, from, can, compute }) {
      if (name === IMAGES) return
      const before = found.get(name)
      if (before && can === 'accumulate' && names(before) === 1 && before !== from) return compute(before, 1)
      const part =
        !before && can === 'overwrite' && names(from) === 0 ? from : unplaced(`${name}:from ${from.label}`, size)
      compute(part, 0)
      if (before) sum(run, name, [before, part])
      else found.set(name, part)
    },
  }
}
