import { isMeasured } from '@passerby/federation'
import type { EdgeStatus, EdgeTask, Signed } from '@passerby/protocol'
import { type RunCore, roundOf } from './core.ts'
import type { Member } from './member.ts'
import { groupOf } from './server-state.ts'

/** What the coordinator wants of a client now, by what its journal says and nothing else (rules J7, R2, R8). */
export function taskOf(core: RunCore, client: string): EdgeTask | null {
  const {
    machine: { run },
    open,
    published,
    plan,
    kept,
  } = core
  const evaluate = (newest: Signed) =>
    ({ task: 'evaluate', model: groupOf(kept, client)?.published ?? newest }) as const
  if (run.state === 'training') {
    const measure = isMeasured(run.round - 1, plan)
    if (!run.cohort.includes(client))
      return measure && published?.round === run.round - 1 ? evaluate(published.statement) : null
    if (open?.session !== run.session) return null
    return { task: 'train', config: open.configOf(client), accepted: run.accepted.includes(client), measure }
  }
  if (run.state === 'evaluating' && published?.round === run.round && run.waiting.includes(client))
    return evaluate(published.statement)
  return null
}

export function statusOf(core: RunCore): EdgeStatus {
  const { machine, settings, plan } = core
  const { run } = machine
  return {
    state: stateOf(core),
    round: roundOf(core),
    rounds: settings.rounds,
    clients: connectedOf(core).length,
    minClients: plan.minClients,
    now: core.around.now(),
    deadline: run.state === 'training' || run.state === 'evaluating' ? run.deadline : null,
  }
}

/** The run's state as people are told it. */
export function stateOf({ machine: { run } }: RunCore): EdgeStatus['state'] {
  if (run.state === 'idle') return 'waiting'
  return run.state === 'paused' || run.state === 'ended' ? run.state : 'running'
}

export function connectedOf(core: RunCore): readonly Member[] {
  return [...core.members.values()].filter((member) => member.connection !== undefined)
}

/** Sends each connected client its task, where that is another than it was told last. */
export function tellTasks(core: RunCore): void {
  // What follows is told at once when the models are there.
  if (core.machine.run.state === 'aggregating') return
  for (const member of connectedOf(core)) {
    const task = taskOf(core, member.id)
    if (noteTold(core, member, task)) member.connection?.send('task', task)
  }
}

/** Notes the task as told. Returns whether it is news; that an update was accepted is none, its sender was answered. */
export function noteTold({ machine: { run } }: RunCore, member: Member, task: EdgeTask | null): boolean {
  const told = task === null || !('session' in run) ? '' : `${task.task} ${run.session}`
  const news = told !== member.told
  member.told = told
  return news
}
