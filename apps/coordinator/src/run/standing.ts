import { readRecords } from '../store/records.ts'
import type { RunCore } from './core.ts'
import { sharesOf } from './record.ts'

/** How many evaluated rounds the list of federations draws. */
const CURVE_LENGTH = 60

/** Takes from the closed rounds what the views show of them: the mAP by round, each client's share of the last sum. */
export async function readStanding(core: RunCore): Promise<void> {
  const { db, now } = core.around
  const records = await readRecords(db, core.id, { last: CURVE_LENGTH, now: now() })
  const published = records.filter((record) => record.outcome === 'published')
  core.curve = published.flatMap(({ global }) => (global ? [global.mAP] : []))
  const shares = published.map(sharesOf).at(-1)
  for (const member of core.members.values()) member.weight = shares?.get(member.id) ?? null
}
