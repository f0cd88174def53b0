import type { FileWatch } from './crop.ts'

/** Enough to keep a disk or a decoder busy, few enough that tens of thousands of files never lie in memory together. */
const AT_ONCE = 8

/** Maps items in order with at most eight under way. Rejects with the first failure or when aborted, and starts nothing more. */
export async function concurrently<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => Promise<R>,
  watch: FileWatch = {},
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  let done = 0
  const work = async () => {
    while (next < items.length) {
      watch.signal?.throwIfAborted()
      const index = next++
      results[index] = await map(items[index], index)
      watch.onProgress?.({ done: ++done, total: items.length })
    }
  }
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, items.length) }, () =>
      work().catch((error: unknown) => {
        next = items.length
        throw error
      }),
    ),
  )
  return results
}
