import { expect, test, vi } from 'vitest'
import { attemptedJoin } from '../../test/attempted-join.ts'
import { smallLayout } from '../../test/model.ts'
import { newIdentity } from '../../test/scripted-client.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { openRuns } from '../run/runs.ts'
import { revokeInvite } from '../store/invites.ts'

async function attempt(...attempted: Parameters<typeof attemptedJoin>) {
  const reply = await attemptedJoin(...attempted)
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
