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
import { type UpdateFold, updateFold, wholeLayout } from '@passerby/federation'
import { type RoundConfig, type Signed, decodeUpdate, updateBytes } from '@passerby/protocol'
import { CoordinatorError } from '../errors.ts'
import type { Commit, Envelope, SessionFolder } from '../store/envelopes.ts'
import type { SessionRow } from '../store/sessions.ts'
import { type RunCore, layoutHash, updateLayoutIn } from './core.ts'

/**
 * A restarted coordinator extends an open session's deadline, and a client's sealed update is bound to the signed
 * configuration: so the configuration stays valid for a day longer than its first deadline.
 */
const RESTART_ALLOWANCE_MS = 24 * 3600 * 1000
/** The wire's limit for a number of images. A larger weight is no image count, and could swallow everyone else's. */
const LARGEST_WEIGHT = 100_000_000

/** An open session: its key, its signed configuration, the sum so far, and what is being uploaded. */
export interface OpenSession {
  readonly round: number
  readonly session: number
  readonly config: Signed
  readonly notAfter: number
  readonly folder: SessionFolder
  readonly fold: UpdateFold
  /** Updates that were begun, by client. */
  readonly uploads: Map<string, Envelope>
  /** What the header of this client's update must say. */
  expects(client: string): UpdateContext & { readonly bytes: number }
  /** Opens and checks a complete update (rules U4, U6). */
  read(
    update: Envelope,
    commit: Commit,
    publicKey: string,
  ): Promise<Outcome<{ readonly values: Float32Array; readonly weight: number }, 'bad-signature' | 'unreadable'>>
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
  const config = row.config ?? (await newConfig(core, row, key))
  const notAfter = notAfterOf(config)
  const context = {
    federation: id,
    round,
    session,
    config: await payloadHash(config),
    baseModel: row.baseModel,
    layout: await layoutHash(wholeLayout(updateLayout)),
    mode: 'sealed',
    kind: 'update',
    bytes: updateBytes(wholeLayout(updateLayout)),
  } as const
  const opened: OpenSession = {
    round,
    session,
    config,
    notAfter,
    folder,
    fold: updateFold(updateLayout),
    uploads: new Map(),
    expects: (client) => ({ ...context, client }),
    async read(update, { signature }, publicKey) {
      const { header, enc } = update
      const received = { header, enc, signature, chunk: readOnce(update) }
      const plain = await readUpdate(received, { round: key, client: await importPublicKey(publicKey) })
      if (!plain.ok) return refused(plain.reason === 'bad-signature' ? 'bad-signature' : 'unreadable')
      try {
        const decoded = decodeUpdate(wholeLayout(updateLayout), plain.value)
        return decoded.weight <= LARGEST_WEIGHT ? accepted(decoded) : refused('unreadable')
      } catch (error) {
        if (error instanceof RangeError) return refused('unreadable')
        throw error
      }
    },
  }
  for (const client of acceptedClients) await foldAgain(core, opened, client)
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

async function foldAgain(core: RunCore, session: OpenSession, client: string): Promise<void> {
  const envelope = await session.folder.find(client)
  const commit = await envelope?.committed()
  const publicKey = core.members.get(client)?.publicKey
  const update =
    envelope && commit && publicKey !== undefined ? await session.read(envelope, commit, publicKey) : undefined
  if (!update?.ok) {
    const what = `The sealed update of client ${client} in session ${session.session} is lost. Was the data folder changed by hand?`
    throw new CoordinatorError('lost-update', what)
  }
  session.fold.add(client, update.value)
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

/** The same for the same row and key, whenever it is made. */
async function newConfig(core: RunCore, row: SessionRow, key: CryptoKeyPair): Promise<Signed> {
  const { around, id, settings, travelling } = core
  const model = await around.blobs.open(row.baseModel)
  if (!model) throw new CoordinatorError('bad-folder', `The model of session ${row.session} is missing.`)
  const config: RoundConfig = {
    federation: id,
    round: row.round,
    rounds: settings.rounds,
    session: row.session,
    seed: settings.seed,
    strategy: settings.strategy,
    local: settings.local,
    model: { sha256: row.baseModel, bytes: model.bytes, layout: travelling.layoutHash },
    publicSet: null,
    sealTo: await exportRoundKey(key),
    mode: 'sealed',
    notAfter: row.startedAt + core.plan.deadlineMs + RESTART_ALLOWANCE_MS,
  }
  return await sign('round', config, around.keys.signing.privateKey)
}

/** Our own statement: read without a check. */
function notAfterOf({ payload }: Signed): number {
  const config = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as RoundConfig
  return config.notAfter
}
