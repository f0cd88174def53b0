import { nextDeadline } from '@passerby/federation'
import { apply } from './apply.ts'
import type { RunCore } from './core.ts'
import { isDue, perform } from './effects.ts'
import { tellTasks } from './tasks.ts'
import { upkeep } from './upkeep.ts'

/**
 * The interpreter of the round machine. One queue per federation: a step is computed, journalled, and only then
 * taken on; its effects wait in the outbox and run after whoever caused them has its answer.
 */

/** An effect that failed (a full disk, say) is tried again after this long. */
const RETRY_MS = 5_000

/** Runs `work` alone, then the effects that it decided. */
export function serially<Value>(core: RunCore, work: () => Promise<Value>): Promise<Value> {
  const result = core.events.add(work)
  core.events.add(() => drain(core)).catch(reportTo(core))
  return result
}

async function drain(core: RunCore): Promise<void> {
  for (let effect = core.outbox.at(0); effect && !core.closed; effect = core.outbox.at(0)) {
    try {
      if (isDue(effect, core.machine.run)) await perform(core, effect, (work) => serially(core, work))
    } catch (error) {
      reportTo(core)(error)
      wake(core, RETRY_MS)
      return
    }
    core.outbox.shift()
  }
  const at = nextDeadline(core.machine)
  wake(core, at === undefined ? undefined : Math.max(0, at - core.around.now()))
  tellTasks(core)
  core.changed([])
  await upkeep(core)
}

/** Lets the machine look at the time again after `ms`; in place of what was planned before. */
function wake(core: RunCore, ms: number | undefined): void {
  clearTimeout(core.timer)
  if (ms === undefined || core.closed) return
  core.timer = setTimeout(() => {
    serially(core, () => apply(core, { type: 'tick' })).catch(reportTo(core))
  }, ms)
}

function reportTo(core: RunCore): (error: unknown) => void {
  return (error) => {
    core.around.log.error({ err: error, federation: core.id, pending: core.outbox.at(0)?.type }, 'the run is held up')
  }
}
