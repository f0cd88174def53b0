import { join } from 'node:path'
import { FederationSettings, type FederationSettingsInput, parse } from '@passerby/protocol'
import { issueJoinToken } from '@passerby/privacy'
import type { Layout } from '@passerby/federation'
import { loadKeys } from '../src/keys.ts'
import { learnersBeside } from '../src/learner/learners.ts'
import { createLog } from '../src/log.ts'
import { createMetrics } from '../src/metrics.ts'
import type { RunCore, Surroundings } from '../src/run/core.ts'
import type { Runs } from '../src/run/runs.ts'
import { diskBlobs } from '../src/store/blobs.ts'
import { connect } from '../src/store/database.ts'
import { diskEnvelopes } from '../src/store/envelopes.ts'
import { modelRows } from '../src/store/models.ts'
import { storeInvite } from '../src/store/invites.ts'
import { storeModelRow } from '../src/store/models.ts'
import { newDataFolder } from './data-folder.ts'
import { modelFile } from './model.ts'

/** A coordinator's storage and keys without its sockets, for tests that drive a run by hand. */
export async function openSurroundings(now: () => number = Date.now): Promise<{
  readonly around: Surroundings
  readonly folder: string
  close(): Promise<void>
}> {
  const data = await newDataFolder()
  const database = await connect(join(data.path, 'database'), {
    onRefused(error) {
      throw error
    },
    onSetAside(_, __, reason) {
      throw reason
    },
  })
  const blobs = diskBlobs(join(data.path, 'blobs'))
  const log = createLog('silent')
  const around: Surroundings = {
    db: database.db,
    journal: database.journal,
    blobs,
    models: modelRows(database.db),
    envelopes: diskEnvelopes(join(data.path, 'sealed')),
    keys: await loadKeys(join(data.path, 'keys'), now()),
    log,
    metrics: createMetrics(() => 0),
    learners: learnersBeside(undefined, { blobs, log }),
    now,
  }
  return {
    around,
    folder: data.path,
    async close() {
      await database.close()
      await data.remove()
    },
  }
}

/** A federation, and a token by which to join it for an hour. */
export async function createFederation(
  around: Surroundings,
  runs: Runs,
  {
    settings,
    layout,
    model = modelFile(layout),
  }: { readonly settings: FederationSettingsInput; readonly layout: Layout; readonly model?: Uint8Array },
): Promise<{ readonly core: RunCore; readonly federation: string; readonly token: string; readonly invite: string }> {
  const parsed = parse(FederationSettings, settings)
  if (!parsed.ok) throw new Error(parsed.refusal.message)
  const blob = await around.blobs.put(model)
  await storeModelRow(around.db, { ...blob, layout, name: 'initial', createdAt: 1 })
  const created = await runs.create(parsed.value, blob.sha256)
  if (!created.ok) throw new Error(created.refusal.message)
  const core = created.value
  const { id: federation } = core
  const expires = around.now() + 3_600_000
  await storeInvite(around.db, {
    id: federation,
    federation,
    label: '',
    createdAt: 1,
    expiresAt: expires,
    revoked: false,
  })
  const token = await issueJoinToken({ id: federation, federation, expires }, around.keys.signing.privateKey)
  return { core, federation, token, invite: federation }
}
