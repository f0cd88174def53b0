import type { RunState } from '@passerby/federation'
import type { ClientView, FederationSummary, FederationView, PhaseView } from '@passerby/protocol'
import { settleTraffic } from '../run/apply.ts'
import { type RunCore, roundOf, updateBytesIn } from '../run/core.ts'
import type { Member } from '../run/member.ts'
import { type Standing, standingOf } from '../run/standing.ts'
import { connectedOf, stateOf } from '../run/tasks.ts'
import { readInvites } from '../store/invites.ts'

/** What the operator sees of a run, built from how it lives now. */
export async function summaryOf(core: RunCore): Promise<FederationSummary> {
  const { curve } = await standingOf(core)
  const { id, settings, lastEvent, createdAt } = core
  return {
    id,
    name: settings.name,
    strategy: settings.strategy.name,
    backbone: settings.local.backbone,
    state: stateOf(core),
    round: roundOf(core),
    rounds: settings.rounds,
    clients: connectedOf(core).length,
    mAP: [...curve],
    lastEvent,
    createdAt,
  }
}

export async function viewOf(core: RunCore): Promise<FederationView> {
  const { around, id, settings, initialModel } = core
  const summary = await summaryOf(core)
  const { shares } = await standingOf(core)
  settleTraffic(core)
  return {
    summary,
    settings,
    phase: phaseOf(core),
    now: around.now(),
    initialModel,
    updateBytes: updateBytesIn(core),
    fingerprint: { base64url: around.keys.fingerprint, words: around.keys.fingerprintWords },
    clients: [...core.members.values()].map((member) => clientView(core, member, shares)),
    invites: await readInvites(around.db, id),
  }
}

const pausing = (run: { readonly thenPause?: true }) => run.thenPause && { pausing: run.thenPause }

function phaseOf({ machine: { run, present }, plan }: RunCore): PhaseView {
  switch (run.state) {
    case 'idle':
      return { phase: 'idle' }
    case 'open':
      return { phase: 'open', round: run.round, present: present.length, needed: plan.minClients }
    case 'training':
      return {
        phase: 'training',
        round: run.round,
        cohort: run.cohort.length,
        accepted: run.accepted.length,
        needed: plan.minClients,
        deadline: run.deadline,
      }
    case 'aggregating':
      return { phase: 'aggregating', round: run.round, ...pausing(run) }
    case 'evaluating':
      return {
        phase: 'evaluating',
        round: run.round,
        waiting: run.waiting.length,
        deadline: run.deadline,
        ...pausing(run),
      }
    case 'paused':
      return { phase: 'paused', round: run.round }
    case 'ended':
      return { phase: 'ended', rounds: run.rounds, reason: run.reason }
  }
}

function clientView({ machine: { run } }: RunCore, member: Member, shares: Standing['shares']): ClientView {
  const { id, alias, device, images, hidden, lastSeen, excluded, bytesUp, bytesDown } = member
  const state = clientState(run, member)
  const moving = member.progress?.phase === state ? member.progress.fraction : 0
  return {
    id,
    alias,
    device,
    images,
    state,
    part: partIn(run, id),
    fraction: state === 'done' ? 1 : moving,
    hidden,
    lastSeen,
    excluded,
    weight: shares.get(id) ?? null,
    bytesUp,
    bytesDown,
  }
}

function partIn(run: RunState, id: string): ClientView['part'] {
  if (run.state !== 'training' && run.state !== 'aggregating') return null
  if (run.accepted.includes(id)) return 'counted'
  return run.cohort.includes(id) ? 'drawn' : null
}

function clientState(run: RunState, { id, connection, withdrawn, progress }: Member): ClientView['state'] {
  if (!connection) return 'gone'
  if (withdrawn) return 'paused'
  if (run.state === 'evaluating' && run.waiting.includes(id)) return 'evaluating'
  const current = 'session' in run && progress?.session === run.session ? progress.phase : undefined
  if (run.state === 'training' && run.cohort.includes(id))
    return run.accepted.includes(id) ? 'done' : (current ?? 'waiting')
  if (run.state === 'aggregating')
    return run.accepted.includes(id) ? 'done' : run.cohort.includes(id) ? 'late' : 'waiting'
  return 'waiting'
}
