import type { JoinReply, Reply } from '@passerby/protocol'
import { expect, test, vi } from 'vitest'
import { smallLayout } from '../../test/model.ts'
import { type ScriptedIdentity, joinRequest, newIdentity } from '../../test/scripted-client.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { type Runs, openRuns } from '../run/runs.ts'
import { revokeInvite } from '../store/invites.ts'
import { join } from './join.ts'
import type { Visit } from './visit.ts'

async function attempt(runs: Runs, identity: ScriptedIdentity, to: { federation: string; token: string }) {
  const visit: Visit = {
    nonce: 'A'.repeat(43),
    joined: undefined,
    connection: {
      send: () => undefined,
      takeTraffic: () => ({ up: 0, down: 0 }),
      isOpen: true,
      close: () => undefined,
    },
  }
  const request = await joinRequest('A'.repeat(43), identity, to)
  const reply = await new Promise<Reply<JoinReply>>((answer) => void join(visit, request, { runs, answer }))
  return reply.ok ? 'in' : reply.refusal.code
}

test('J5 an expired token admits whoever joined with it, after a restart too, and nobody else', async () => {
  let now = Date.UTC(2030, 0, 1)
  const place = await openSurroundings(() => now)
  try {
    const runs = await openRuns(place.around)
    const settings = { name: 'Expiry' }
    const to = await createFederation(place.around, runs, { settings, layout: smallLayout })
    const [anna, ben] = [await newIdentity('Anna'), await newIdentity('Ben')]
    expect(await attempt(runs, anna, to)).toBe('in')
    now += 2 * 3_600_000
    expect(await attempt(runs, anna, to)).toBe('in')
    expect(await attempt(runs, ben, to)).toBe('expired-token')
    await runs.stop()
    const restarted = await openRuns(place.around)
    expect(await attempt(restarted, anna, to)).toBe('in')
    expect(await attempt(restarted, ben, to)).toBe('expired-token')
    await restarted.stop()
  } finally {
    await place.close()
  }
}, 60_000)

test('J5 an invite that is revoked while a join by it waits admits nobody', async () => {
  const place = await openSurroundings()
  try {
    const runs = await openRuns(place.around)
    const to = await createFederation(place.around, runs, { settings: { name: 'Revoked' }, layout: smallLayout })
    let go: () => void = () => undefined
    const busy = to.core.events.add(() => new Promise<void>((resolve) => (go = resolve)))
    const queued = vi.spyOn(to.core.events, 'add')
    const waiting = attempt(runs, await newIdentity('Anna'), to)
    await vi.waitFor(() => expect(queued).toHaveBeenCalled(), { timeout: 10_000 })
    await revokeInvite(place.around.db, to.federation, to.invite)
    go()
    await busy
    expect(await waiting).toBe('revoked-token')
    await runs.stop()
  } finally {
    await place.close()
  }
}, 60_000)
