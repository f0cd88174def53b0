import { resolve } from 'node:path'
import { ensurePages } from '../apps/lab/setup/pages.mjs'

/** The pages with test hooks, built once before all tests. */
export default function buildPages(): void {
  ensurePages(resolve(import.meta.dirname, '..'), { testHooks: true })
}
