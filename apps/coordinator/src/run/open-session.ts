import {
  type Outcome,
  PrivacyError,
  type UpdateContext,
  accepted,
  createRoundKey,
  exportRoundKey,
  importPublicKey,
  payloadHash,
  readUpdate,
  refused,
  sign,
  unwrapRoundKey,
  wrapRoundKey,
} from '@passerby/privacy'
import { type GroupMean, type Params, type UpdateFold, modelIn, updateFold, wholeLayout } from '@passerby/federation'
import { type RoundConfig, type Signed, decodeUpdate, updateBytes } from '@passerby/protocol'
import { CoordinatorError } from '../errors.ts'
import type { BlobName } from '../store/blobs.ts'
import type { Commit, Envelope, SessionFolder } from '../store/envelopes.ts'
import type { SessionRow } from '../store/sessions.ts'
import { type RunCore, layoutHash, updateLayoutIn } from './core.ts'
import { type KeptState, modelOf, modelsOf } from './server-state.ts'

/**
 * A restarted coordinator extends an open session's deadline, and a client's sealed update is bound to the signed
 * configuration: so the configuration stays valid for a day longer than its first deadline.
 */
const RESTART_ALLOWANCE_MS = 24 * 3600 * 1000

/** An open session: its key, its signed configuration, the sum so far, and what is being uploaded. */
export interface OpenSession {
  readonly round: number
  readonly session: number
  /** For those in no group. */
  readonly config: Signed
  /** For those who start from a group's model, by its SHA-256. */
  readonly groupConfigs: Readonly<Record<string, Signed>>
  readonly notAfter: number
  readonly folder: SessionFolder
  readonly fold: UpdateFold
  /** Updates that were begun, by client. */
  readonly uploads: Map<string, Envelope>
  configOf(client: string): Signed
  /** What the header of this client's update must say. */
  expects(client: string): UpdateContext & { readonly bytes: number }
  /** Opens and checks a complete update (rules U4, U6). */
  read(
    update: Envelope,
    commit: Commit,
    publicKey: string,
  ): Promise<Outcome<OpenedUpdate, 'bad-signature' | 'unreadable'>>
  /** The mean over some of those who are in the sum: their updates are opened once more, one at a time. */
  meanOf(clients: readonly string[], signal: AbortSignal): Promise<GroupMean>
  /** The model of one of those who are in the sum, opened once more. */
  modelOf(client: string, signal: AbortSignal): Promise<Params>
}

interface OpenedUpdate {
  readonly values: Float32Array
  readonly weight: number
}

/**
 * Makes what a session needs, or finds it again after a restart; done twice it changes nothing. Throws
 * `CoordinatorError` (`bad-key`, `lost-update`) when something that clients rely on is gone.
 */
export async function openSession(core: RunCore, row: SessionRow, acceptedClients: readonly string[]) {
  const { around, id } = core
  const { round, session } = row
  const updateLayout = updateLayoutIn(core, round)
  const folder = around.envelopes.session(id, session)
  const key = await sessionKey(core, row, folder)
  const { config, groupConfigs } = await configsOf(core, row, key)
  const notAfter = notAfterOf(config)
  const context = {
    federation: id,
    round,
    session,
    layout: await layoutHash(wholeLayout(updateLayout)),
    mode: 'sealed',
    kind: 'update',
    bytes: updateBytes(wholeLayout(updateLayout)),
  } as const
  const starts = await startsOf(core.kept, row, { config, groupConfigs })
  const opened: OpenSession = {
    round,
    session,
    config,
    groupConfigs,
    notAfter,
    folder,
    fold: updateFold(updateLayout),
    uploads: new Map(),
    configOf: (client) => starts(client).signed,
    expects(client) {
      const { config, baseModel } = starts(client)
      return { ...context, client, config, baseModel }
    },
    async read(update, { signature }, publicKey) {
      const { header, enc } = update
      const received = { header, enc, signature, chunk: readOnce(update) }
      const plain = await readUpdate(received, { round: key, client: await importPublicKey(publicKey) })
      if (!plain.ok) return refused(plain.reason === 'bad-signature' ? 'bad-signature' : 'unreadable')
      try {
        return accepted(decodeUpdate(wholeLayout(updateLayout), plain.value))
      } catch (error) {
        if (error instanceof RangeError) return refused('unreadable')
        throw error
      }
    },
    async meanOf(clients, signal) {
      const fold = updateFold(updateLayout)
      for (const client of clients) fold.add(client, await readAgain(core, opened, { client, signal }))
      return fold.mean()
    },
    async modelOf(client, signal) {
      const { values } = await readAgain(core, opened, { client, signal })
      return modelIn(updateLayout.model, values)
    },
  }
  for (const client of acceptedClients) opened.fold.add(client, await readAgain(core, opened, { client }))
  return opened
}

/** Chunks are asked for twice, to check the signature and to open them. */
function readOnce(update: Envelope): Envelope['chunk'] {
  const read = new Map<number, ReturnType<Envelope['chunk']>>()
  return (index) => {
    const chunk = read.get(index) ?? update.chunk(index)
    read.set(index, chunk)
    return chunk
  }
}

/** An update that counts, from its session's folder. Throws `CoordinatorError` `lost-update`, or the signal's reason. */
async function readAgain(
  core: RunCore,
  session: OpenSession,
  { client, signal }: { readonly client: string; readonly signal?: AbortSignal },
): Promise<OpenedUpdate> {
  signal?.throwIfAborted()
  const envelope = await session.folder.find(client)
  const commit = await envelope?.committed()
  const publicKey = core.members.get(client)?.publicKey
  const update =
    envelope && commit && publicKey !== undefined ? await session.read(envelope, commit, publicKey) : undefined
  if (update?.ok) return update.value
  const what = `The sealed update of client ${client} in session ${session.session} is lost. Was the data folder changed by hand?`
  throw new CoordinatorError('lost-update', what)
}

async function sessionKey(core: RunCore, row: SessionRow, folder: SessionFolder): Promise<CryptoKeyPair> {
  const { spareKey } = core
  if (spareKey?.session === row.session && spareKey.round === row.round) return spareKey.pair
  const of = { federation: core.id, round: row.round, session: row.session }
  const { kek } = core.around.keys
  const wrapped = await folder.readKey()
  try {
    if (wrapped !== undefined) return await unwrapRoundKey(wrapped, of, kek)
  } catch (cause) {
    // A key that no client was told of is replaced.
    if (row.config !== null || !(cause instanceof PrivacyError)) throw lostKey(row.session, cause)
  }
  if (row.config !== null) throw lostKey(row.session)
  return await newKey(core, row)
}

/** Makes a session's key, on disk when it resolves: also of one that may open next. */
export async function newKey(core: RunCore, { round, session }: Pick<SessionRow, 'round' | 'session'>) {
  const pair = await createRoundKey()
  const wrapped = await wrapRoundKey(pair, { federation: core.id, round, session }, core.around.keys.kek)
  await core.around.envelopes.session(core.id, session).writeKey(wrapped)
  return pair
}

function lostKey(session: number, cause?: unknown): CoordinatorError {
  const what = `The key of session ${session} is gone or does not open. Was PASSERBY_KEK or the file keys/kek replaced?`
  return new CoordinatorError('bad-key', what, { cause })
}

type Configs = Pick<OpenSession, 'config' | 'groupConfigs'>

/** As they are on disk; else made, the same for the same row, key and state, whenever that is. */
async function configsOf(core: RunCore, row: SessionRow, key: CryptoKeyPair): Promise<Configs> {
  if (row.config !== null) return { config: row.config, groupConfigs: row.groupConfigs ?? {} }
  const [model, ...others] = modelsOf(core.kept)
  const sealTo = await exportRoundKey(key)
  const groupConfigs: Record<string, Signed> = {}
  for (const other of others) groupConfigs[other.sha256] = await newConfig(core, row, { model: other, sealTo })
  return { config: await newConfig(core, row, { model, sealTo }), groupConfigs }
}

/** Whether clients look at the public set in this round: where only the coordinator's learner does, none downloads it. */
function showsPublicSet(core: RunCore, round: number): boolean {
  return updateLayoutIn(core, round).extras.length > 0
}

async function newConfig(
  core: RunCore,
  row: SessionRow,
  { model, sealTo }: { readonly model: BlobName; readonly sealTo: string },
): Promise<Signed> {
  const { around, id, settings, travelling, publicSet } = core
  if (!(await around.blobs.open(model.sha256)))
    throw new CoordinatorError('bad-folder', `The model of session ${row.session} is missing.`)
  const config: RoundConfig = {
    federation: id,
    round: row.round,
    rounds: settings.rounds,
    session: row.session,
    seed: settings.seed,
    strategy: settings.strategy,
    local: settings.local,
    model: { ...model, layout: travelling.layoutHash },
    publicSet: showsPublicSet(core, row.round) ? publicSet : null,
    sealTo,
    mode: 'sealed',
    notAfter: row.startedAt + core.plan.deadlineMs + RESTART_ALLOWANCE_MS,
  }
  return await sign('round', config, around.keys.signing.privateKey)
}

/** What each client starts from in this session, and by which configuration; the latter as it is signed, and its hash. */
async function startsOf(kept: KeptState, { baseModel }: SessionRow, { config, groupConfigs }: Configs) {
  const byModel = new Map<string, { readonly signed: Signed; readonly config: string; readonly baseModel: string }>()
  for (const [sha256, signed] of [...Object.entries(groupConfigs), [baseModel, config] as const])
    byModel.set(sha256, { signed, config: await payloadHash(signed), baseModel: sha256 })
  return (client: string) => {
    const start = byModel.get(modelOf(kept, client).sha256)
    if (start === undefined) throw new RangeError(`startsOf: nothing is signed for client ${client}`)
    return start
  }
}

/** Our own statement: read without a check. */
function notAfterOf({ payload }: Signed): number {
  const config = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as RoundConfig
  return config.notAfter
}
