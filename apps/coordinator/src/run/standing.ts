import { readRecords } from '../store/records.ts'
import type { RunCore } from './core.ts'
import { sharesOf } from './record.ts'

/** How many evaluated rounds the list of federations draws. */
const CURVE_LENGTH = 60

/** What the views show of the closed rounds. */
export interface Standing {
  /** Mean mAP of the global model by evaluated round, oldest first. */
  readonly curve: readonly number[]
  /** Each client's share of the last sum. */
  readonly shares: ReadonlyMap<string, number>
}

/** Read when somebody looks, and not while a round's clients wait. */
export function standingOf(core: RunCore): Promise<Standing> {
  core.standing ??= readStanding(core).catch((error: unknown) => {
    core.standing = undefined
    throw error
  })
  return core.standing
}

async function readStanding(core: RunCore): Promise<Standing> {
  const { db, now } = core.around
  const records = await readRecords(db, core.id, { last: CURVE_LENGTH, now: now() })
  const published = records.filter((record) => record.outcome === 'published')
  const curve = published.flatMap(({ global }) => (global ? [global.mAP] : []))
  return { curve, shares: published.map(sharesOf).at(-1) ?? new Map() }
}
