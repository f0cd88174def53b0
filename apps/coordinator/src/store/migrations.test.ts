import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { expect, test } from 'vitest'
import { modelFile, smallLayout } from '../../test/model.ts'
import { openSurroundings } from '../../test/surroundings.ts'
import { openRuns } from '../run/runs.ts'
import { connect } from './database.ts'
import { diskBlobs } from './blobs.ts'
import { modelRows } from './models.ts'

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))

/** A database as it was before strategies had settings of their own. */
async function oldDatabase(folder: string, rows: (client: PGlite) => Promise<void>): Promise<string> {
  const old = join(folder, 'migrations')
  await cp(migrations, old, { recursive: true })
  const journal = JSON.parse(await readFile(join(old, 'meta/_journal.json'), 'utf8')) as { entries: object[] }
  await mkdir(join(old, 'meta'), { recursive: true })
  await writeFile(join(old, 'meta/_journal.json'), JSON.stringify({ ...journal, entries: journal.entries.slice(0, 2) }))
  const path = join(folder, 'database')
  const client = await PGlite.create(path)
  await migrate(drizzle({ client }), { migrationsFolder: old })
  await rows(client)
  await client.close()
  return path
}

test('runs of before client clustering open: FedPav as it was, FedProx’s term as the strategy that it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passerby-old-'))
  const place = await openSurroundings()
  const blobs = diskBlobs(join(folder, 'blobs'))
  const { sha256, bytes } = await blobs.put(modelFile(smallLayout))
  const settings = (proximal: number) =>
    JSON.stringify({
      name: 'Old',
      description: '',
      rounds: 2,
      seed: 1,
      evaluateEvery: 1,
      strategy: { name: 'fedpav', statistics: 'first' },
      cohort: { minClients: 2, fraction: 1, deadlineSeconds: 60, graceSeconds: 30, evaluationSeconds: 60 },
      local: { backbone: 'tiny', embedding: 8, proximal },
      privacy: { mode: 'sealed' },
    })
  const path = await oldDatabase(folder, async (client) => {
    await client.query('insert into model values ($1, $2, $3, $4, 1)', [
      sha256,
      bytes,
      JSON.stringify(smallLayout),
      'm',
    ])
    for (const [id, proximal] of [['plain', 0] as const, ['near', 0.3] as const])
      await client.query('insert into federation values ($1, $2, $3, 1)', [id, settings(proximal), sha256])
    await client.query(
      `insert into session (federation, session, round, outcome, cohort, base_model, started_at, model)
       values ('plain', 1, 1, 'published', '[]', $1, 1, $1)`,
      [sha256],
    )
    await client.query(
      `insert into client (federation, id, public_key, alias, device_name, backend, images_per_second, images, invite,
         token_hash, first_seen, last_seen)
       values ('plain', 'anna', '', 'Anna', '', 'wasm', 1, 1, '', '', 1, 1)`,
    )
    await client.query(
      `insert into run_state values ('plain', '{"state":"paused","round":2,"session":2,"since":1}', 1)`,
    )
  })
  const database = await connect(path, {
    onRefused(error) {
      throw error
    },
    onSetAside(_, __, reason) {
      throw reason
    },
  })
  const around = { ...place.around, db: database.db, journal: database.journal, blobs, models: modelRows(database.db) }
  const runs = await openRuns(around)
  expect(runs.get('plain')).toMatchObject({
    settings: {
      strategy: { name: 'fedpav', statistics: 'first', weighting: 'images', clustering: { by: 'off' } },
      local: { backbone: 'tiny' },
    },
    publicSet: null,
    kept: { model: { sha256, bytes }, groups: [], memory: null },
    machine: { run: { state: 'paused', round: 2 } },
  })
  expect(runs.get('plain')?.members.get('anna')).toMatchObject({ alias: 'Anna', excluded: null })
  expect(runs.get('near')?.settings.strategy).toEqual({ name: 'fedprox', proximal: 0.3, statistics: 'first' })
  expect(runs.get('near')?.settings.local).not.toHaveProperty('proximal')
  await runs.stop()
  await database.close()
  await place.close()
  await rm(folder, { recursive: true, force: true })
}, 60_000)
