import { splitClients } from '@passerby/crops'
import { connectOperator } from '@passerby/operator'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { generatedDataSet } from '../corpus/generated.ts'
import { writeClientFolders } from '../demo/client-folders.ts'
import { createFederation } from '../demo/create-federation.ts'
import { startCoordinatorProcess } from '../demo/coordinator-process.ts'
import { followRun } from '../demo/follow-run.ts'
import { federationSettings } from '../settings/learning.ts'
import { initialModel } from '../work/models.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const opened: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

test(
  'two headless participants train a federation of a real coordinator to its end',
  { timeout: 300_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passerby-participate-'))
    opened.push(() => rm(folder, { recursive: true, force: true }))
    const settings = federationSettings(
      {
        backbone: 'tiny',
        embedding: 16,
        size: { height: 32, width: 16 },
        rounds: 2,
        epochs: 1,
        batch: 16,
        rate: 0.05,
        weightDecay: 5e-4,
        smoothing: 0.1,
        fraction: 1,
        strategy: 'fedpav',
        seed: 1,
      },
      { name: 'test', validation: 0.25, evaluateEvery: 1, minClients: 2 },
    )
    const people = generatedDataSet({ people: 16, cameras: 2, seed: 1, unseen: 1 })
    const clients = await writeClientFolders(
      splitClients([people], 'by-identity', { clients: 2 }),
      join(folder, 'crops'),
    )
    const coordinator = await startCoordinatorProcess({ data: join(folder, 'coordinator'), web: folder })
    opened.push(() => coordinator.close())
    const operator = connectOperator({ origin: coordinator.url, token: coordinator.operatorToken })
    opened.push(() => operator.close())
    const initial = await initialModel(settings.local, settings.seed)
    const { federation, path } = await createFederation(operator, { settings, initial })

    const participants = clients.map(({ name, folder: data }) => {
      const state = join(folder, name)
      const words = ['participate', `${coordinator.url}${path}`, '--data', data, '--alias', name, '--state', state]
      const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], {
        stdio: ['ignore', 'inherit', 'pipe'],
      })
      opened.push(() => void child.kill('SIGKILL'))
      return { state, said: collected(child), ended: once(child, 'exit') }
    })
    const rounds = await followRun(operator, federation, { onPublished() {}, signal: new AbortController().signal })

    expect(rounds.map(({ round, contributions }) => [round, contributions.map(({ outcome }) => outcome)])).toEqual([
      [1, ['counted', 'counted']],
      [2, ['counted', 'counted']],
    ])
    expect(
      rounds
        .at(0)
        ?.contributions.map(({ alias }) => alias)
        .sort(),
    ).toEqual(['group 1', 'group 2'])
    for (const { ended, said, state } of participants) {
      expect(await ended).toEqual([0, null])
      expect(await said).toMatch(/Round 2: counted, \d+ images, loss .*\n(.*\n)*The federation has ended/)
      expect(await readdir(join(state, 'head'))).toHaveLength(1)
    }
  },
)

async function collected({ stderr }: ChildProcess): Promise<string> {
  let text = ''
  if (stderr) for await (const part of stderr) text += String(part)
  return text
}
