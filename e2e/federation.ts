import { backboneByName, initialise, parametersOf } from '@passerby/backbones'
import type { Operator, OperatorSnapshot, WatchedRun } from '@passerby/operator'
import { type FederationSettingsInput, FederationSettings, type Reply, encodeSafetensors } from '@passerby/protocol'
import * as v from 'valibot'

export interface TestFederation {
  readonly id: string
  /** The join link's path with its fragment. */
  readonly path: string
}

/** Small and quick, for tests of anything but learning: a person's page does the same with other numbers. */
export const quick = {
  backbone: 'tiny',
  embedding: 32,
  input: { height: 64, width: 32 },
  batchSize: 16,
  pad: { height: 4, width: 2 },
} satisfies FederationSettingsInput['local']

/** Creates a federation with a seeded first model and one invite; the operator watches it from then on. */
export async function createFederation(operator: Operator, input: FederationSettingsInput): Promise<TestFederation> {
  await until(operator, ({ connection }) => connection.state === 'connected')
  const settings = v.parse(FederationSettings, input)
  const backbone = backboneByName(settings.local.backbone, settings.local.embedding)
  const file = encodeSafetensors({ layout: parametersOf(backbone), values: initialise(backbone, settings.seed) })
  const { sha256: model } = granted(await operator.uploadModel(new Uint8Array(file)))
  const { federation: id } = granted(await operator.command('create', { settings, model }))
  const { path } = granted(await operator.command('invite', { federation: id, label: 'test', hours: 1 }))
  operator.watch(id)
  return { id, path }
}

/** Starts, pauses, resumes or stops. */
export async function order(
  operator: Operator,
  event: 'start' | 'pause' | 'resume' | 'stop',
  { id }: TestFederation,
): Promise<void> {
  granted(await operator.command(event, { federation: id }))
}

/** Resolves when the watched run is as wanted. */
export async function untilRun(operator: Operator, wanted: (run: WatchedRun) => boolean): Promise<WatchedRun> {
  const live = ({ watched }: OperatorSnapshot) => (watched?.state === 'live' ? watched : undefined)
  await until(operator, (snapshot) => {
    const run = live(snapshot)
    return run !== undefined && wanted(run)
  })
  const run = live(operator.getSnapshot())
  if (!run) throw new Error('unreachable')
  return run
}

/** Resolves when the watched run has ended and its last round is known. */
export function untilEnded(operator: Operator, rounds: number): Promise<WatchedRun> {
  return untilRun(operator, (run) => run.view.phase.phase === 'ended' && publishedRounds(run).includes(rounds))
}

/** The rounds whose models were published, in order. */
export function publishedRounds(run: WatchedRun): number[] {
  return run.rounds.filter(({ outcome }) => outcome === 'published').map(({ round }) => round)
}

function until(operator: Operator, wanted: (snapshot: OperatorSnapshot) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!wanted(operator.getSnapshot())) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = operator.subscribe(look)
    look()
  })
}

function granted<Value>(reply: Reply<Value>): Value {
  if (reply.ok) return reply.value
  throw new Error(`refused: ${reply.refusal.code}: ${reply.refusal.message}`)
}
