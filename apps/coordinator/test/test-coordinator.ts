import type { FederationSettingsInput } from '@passerby/protocol'
import { type Coordinator, startCoordinator } from '../src/start.ts'
import { newDataFolder } from './data-folder.ts'
import { modelFile, smallLayout } from './model.ts'
import { type ScriptedConnection, type ScriptedIdentity, connect, join, newIdentity } from './scripted-client.ts'
import { type ScriptedOperator, scriptedOperator } from './scripted-operator.ts'

/** A coordinator in this process with its operator, for a file of tests. */
export interface TestCoordinator {
  readonly coordinator: Coordinator
  readonly operator: ScriptedOperator
  readonly folder: string
  close(): Promise<void>
}

export async function testCoordinator(): Promise<TestCoordinator> {
  const data = await newDataFolder()
  const coordinator = await startCoordinator({ dataFolder: data.path, port: 0, logLevel: 'error' })
  const operator = await scriptedOperator(coordinator.url, coordinator.operatorToken)
  return {
    coordinator,
    operator,
    folder: data.path,
    async close() {
      operator.close()
      await coordinator.close()
      await data.remove()
    },
  }
}

/** Settings of a small run: everybody in every round, nothing to wait for. */
export function quickSettings(changes: Partial<FederationSettingsInput> = {}): FederationSettingsInput {
  return { name: 'Test', rounds: 2, ...changes, cohort: { minClients: 2, ...changes.cohort } }
}

export interface Guest {
  readonly identity: ScriptedIdentity
  readonly connection: ScriptedConnection
}

/** A federation that was started, and clients who have joined it. */
export async function startedFederation(
  { coordinator, operator }: TestCoordinator,
  settings: FederationSettingsInput,
  guests: readonly string[],
): Promise<{
  readonly federation: string
  readonly token: string
  readonly guests: readonly Guest[]
  readonly admit: (identity: ScriptedIdentity) => Promise<ScriptedConnection>
}> {
  const to = await operator.prepare(settings, modelFile(smallLayout))
  const admit = async (identity: ScriptedIdentity) => {
    const connection = await connect(coordinator.url)
    await join(connection, identity, to)
    return connection
  }
  const joined: Guest[] = []
  for (const [index, alias] of guests.entries()) {
    const identity = await newIdentity(alias, 10 * (index + 1))
    joined.push({ identity, connection: await admit(identity) })
  }
  await operator.must('start', { federation: to.federation })
  return { ...to, guests: joined, admit }
}
