/** What `demo` hands its coordinator is enough for strategies that look at images which no client holds. */
import { connectOperator } from '@passerby/operator'
import { FederationSettings } from '@passerby/protocol'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { generatedPublicCrops } from '../corpus/generated.ts'
import { initialModel } from '../work/models.ts'
import { writePublicFolder } from './client-folders.ts'
import { startCoordinatorProcess } from './coordinator-process.ts'
import { createFederation } from './create-federation.ts'

test('the demo’s coordinator takes federations that cluster and that distil', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passerby-demo-'))
  const publicSet = join(folder, 'public')
  await writePublicFolder(generatedPublicCrops({ people: 4, cameras: 3, seed: 1 }), publicSet)
  const names = await readdir(publicSet)
  expect(names).toHaveLength(64)
  expect(names.sort()[0]).toBe('000001.png')
  const coordinator = await startCoordinatorProcess({ data: join(folder, 'data'), web: folder, publicSet })
  const operator = connectOperator({ origin: coordinator.url, token: coordinator.operatorToken })
  try {
    for (const strategy of [
      { name: 'fedpav', clustering: { by: 'flattened' } },
      { name: 'fedpav', distillation: { teachers: 'private' } },
    ] as const) {
      const local = { backbone: 'tiny', embedding: 16 }
      const settings = v.parse(FederationSettings, { name: 'FedReID', strategy, local })
      const initial = await initialModel(settings.local, 1)
      await expect(createFederation(operator, { settings, initial })).resolves.toMatchObject({
        path: expect.stringContaining('/join/'),
      })
    }
  } finally {
    operator.close()
    await coordinator.close()
    await rm(folder, { recursive: true, force: true })
  }
})
