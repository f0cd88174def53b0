import { newKey } from './open-session.ts'
import type { RunCore } from './core.ts'

/**
 * The journal is not synced to the disk: after a loss of power a run may go on from some rounds ago, and needs what its
 * strategy remembered then. Longer than any system keeps what was written from the disk.
 */
const OUTDATED_FOR_MS = 15 * 60_000

/**
 * What nobody waits for, after every task is told: keys and updates of closed sessions go (rule S7), what the
 * strategy remembered long ago goes too, and the next session's key is made, so that a round opens without it. Each may be cut off anywhere and is then done again.
 */
export async function upkeep(core: RunCore): Promise<void> {
  const { plan, machine, closing, around } = core
  const { run } = machine
  if (run.state === 'ended' && core.spareKey !== undefined) closing.add(core.spareKey.session)
  for (const session of closing) {
    await around.envelopes.session(core.id, session).destroy()
    closing.delete(session)
  }
  for (const [sha256, since] of core.outdated) {
    if (around.now() - since < OUTDATED_FOR_MS) continue
    await around.blobs.drop(sha256)
    core.outdated.delete(sha256)
  }
  if (run.state !== 'training' || run.round === plan.rounds || core.spareKey?.session === run.session + 1) return
  const next = { round: run.round + 1, session: run.session + 1 }
  core.spareKey = { ...next, pair: await newKey(core, next) }
}
