import { type OperatorSnapshot, type SnapshotChange, applyChange, emptySnapshot } from './snapshot.ts'

/** The present snapshot, and who wants to know when it changes: what `useSyncExternalStore` asks for. */
export interface SnapshotStore {
  readonly getSnapshot: () => OperatorSnapshot
  /** Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void
  readonly change: (change: SnapshotChange) => void
}

export function snapshotStore(): SnapshotStore {
  let snapshot = emptySnapshot
  const listeners = new Set<() => void>()
  return {
    getSnapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    change(change) {
      const next = applyChange(snapshot, change, Date.now())
      if (next === snapshot) return
      snapshot = next
      for (const listener of listeners) listener()
    },
  }
}
