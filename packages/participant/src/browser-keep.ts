/**
 * Keeps a client's pieces in IndexedDB: the identity as a non-extractable key. Several tabs of one browser are several
 * clients: each takes the lowest slot that no other tab holds, keeps it over reloads, and gives it back when it closes.
 */
import { ParticipantError } from './errors.ts'
import type { Keep, Kept } from './keep.ts'

const databaseName = 'passerby-participant'
const storeName = 'kept'
/** A reloaded tab waits so long for the page before it to let go of its slot. */
const reloadMs = 3_000

export interface BrowserKeep extends Keep {
  /** 0 for the first tab of this browser in this federation, 1 for the second, …: names what else a tab keeps. */
  readonly slot: number
}

/** Opens the keep of this tab. Rejects with `ParticipantError` `storage`. */
export async function openBrowserKeep(federation: string): Promise<BrowserKeep> {
  const scope = `${location.origin} ${federation}`
  const held = await takeSlot(scope)
  const database = await openDatabase()
  const key = (name: keyof Kept) => `${scope} ${held.slot} ${name}`
  const inStore = (mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest) =>
    answerOf(use(database.transaction(storeName, mode).objectStore(storeName)))
  return {
    slot: held.slot,
    exportsKeys: false,
    read: async (name) => (await inStore('readonly', (store) => store.get(key(name)))) as never,
    async write(name, value) {
      await inStore('readwrite', (store) => store.put(value, key(name)))
    },
    async remove(name) {
      await inStore('readwrite', (store) => store.delete(key(name)))
    },
    async close() {
      database.close()
      held.release()
    },
  }
}

async function takeSlot(scope: string): Promise<{ readonly slot: number; readonly release: () => void }> {
  const remembered = sessionStorage.getItem(scope)
  if (remembered !== null) {
    const slot = Number(remembered)
    const release = await hold(lockName(scope, slot), { signal: AbortSignal.timeout(reloadMs) })
    if (release) return { slot, release }
  }
  for (let slot = 0; ; slot++) {
    const release = await hold(lockName(scope, slot), { ifAvailable: true })
    if (!release) continue
    sessionStorage.setItem(scope, String(slot))
    return { slot, release }
  }
}

const lockName = (scope: string, slot: number) => `passerby ${scope} ${slot}`

/** Takes a lock until released; `undefined` when it cannot be had. */
async function hold(name: string, options: LockOptions): Promise<(() => void) | undefined> {
  return await new Promise((resolve, reject) => {
    const request = navigator.locks.request(name, options, (lock) => {
      if (lock === null) return resolve(undefined)
      return new Promise<void>((release) => resolve(release))
    })
    request.catch((cause: unknown) => {
      // The time that a reloaded tab waits has passed.
      if (cause instanceof DOMException && cause.name === 'TimeoutError') resolve(undefined)
      else reject(new ParticipantError('storage', 'This browser does not let the page lock its storage.', { cause }))
    })
  })
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
  return await answerOf(request)
}

async function answerOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return await new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () =>
      reject(
        new ParticipantError('storage', 'This browser does not let the page store anything. Leave private browsing.', {
          cause: request.error,
        }),
      ),
    )
  })
}
