import type { RoundRecord } from '@passerby/protocol'
import type { RunCore } from '../run/core.ts'
import { readRecords } from '../store/records.ts'

/** Records of the sessions of a run, oldest first; the one that is open with what is not written down yet. */
export async function recordsOf(
  core: RunCore,
  { last }: { readonly last?: number } = {},
): Promise<readonly RoundRecord[]> {
  const { db, now } = core.around
  const records = await readRecords(db, core.id, { now: now(), ...(last !== undefined && { last }) })
  const { run } = core.machine
  const present = 'session' in run ? run.session : undefined
  return records.map((record) =>
    record.session === present && record.outcome === 'open'
      ? { ...record, bytesUp: record.bytesUp + core.traffic.up, bytesDown: record.bytesDown + core.traffic.down }
      : record,
  )
}
