import { join, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { MESSAGE_LIMIT_BYTES } from '@passerby/protocol'
import type { FastifyInstance } from 'fastify'
import { Server } from 'socket.io'
import { edgeLimits } from './edge/limits.ts'
import { serveEdge } from './edge/namespace.ts'
import { CoordinatorError, systemCode } from './errors.ts'
import { createHttp } from './http/server.ts'
import { RENEW_CERTIFICATE_MS, loadKeys } from './keys.ts'
import { learnersBeside } from './learner/learners.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { operatorCheck } from './operator/access.ts'
import { serveOperators } from './operator/namespace.ts'
import { type CoordinatorOptions, defaultOptions, publicSetFolder, readTls, refusePlainHttp } from './options.ts'
import type { Surroundings } from './run/core.ts'
import { type Runs, openRuns } from './run/runs.ts'
import { connectedOf } from './run/tasks.ts'
import { diskBlobs } from './store/blobs.ts'
import { openDatabase } from './store/database.ts'
import { diskEnvelopes } from './store/envelopes.ts'
import { makeFolder } from './store/files.ts'
import { lockFolder } from './store/folder-lock.ts'
import { modelRows } from './store/models.ts'

const PING_TIMEOUT_MS = 60_000

/** A coordinator that runs. */
export interface Coordinator {
  /** Where it listens, or the public address that it was given; without a slash at its end. */
  readonly url: string
  readonly operatorToken: string
  /** The root key's, as in join links, and as words to compare aloud. */
  readonly fingerprint: string
  readonly fingerprintWords: string
  /** Finishes what is being written, ends every connection, and lets the data folder go. */
  close(): Promise<void>
}

/** Starts a coordinator. Throws `CoordinatorError` with a message that says what to do. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { host = defaultOptions.host, port = defaultOptions.port } = options
  const tls = await readTls(options)
  refusePlainHttp({ host, tls: tls !== undefined, allowed: options.allowPlainHttp ?? false })
  if (tls) checkTls(tls)
  const publicSet = await publicSetFolder(options)
  const log = createLog(options.logLevel ?? 'info')
  const folder = await makeFolder(resolve(options.dataFolder))
  const opened: (() => Promise<unknown>)[] = []
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    const lock = await lockFolder(folder)
    opened.push(() => lock.release())
    const keys = await loadKeys(join(folder, 'keys'), Date.now(), options)
    const database = await openDatabase(join(folder, 'database'), log)
    opened.push(() => database.close())
    let runs: Runs | undefined
    const blobs = diskBlobs(join(folder, 'blobs'))
    const connected = () => (runs?.all() ?? []).reduce((total, core) => total + connectedOf(core).length, 0)
    const around: Surroundings = {
      db: database.db,
      journal: database.journal,
      blobs,
      models: modelRows(database.db),
      envelopes: diskEnvelopes(join(folder, 'sealed')),
      keys,
      log,
      metrics: createMetrics(connected),
      learners: learnersBeside(publicSet, { blobs, log }),
      now: Date.now,
    }
    runs = await openRuns(around)
    opened.push(runs.idle)
    const check = operatorCheck(keys.operatorTokenHash, around.now)
    const webFolder = resolve(options.webFolder ?? defaultOptions.webFolder)
    let url = options.publicUrl?.replace(/\/+$/, '') ?? ''
    const app = await createHttp({ around, runs, check, publicUrl: () => url, webFolder, tls })
    const sockets = openSockets(app)
    serveEdge(sockets, { around, runs, limits: { ...edgeLimits, ...options.limits } })
    serveOperators(sockets, { around, runs, check })
    opened.push(async () => {
      // The transport only: to a client it is a lost connection, which it seeks again.
      sockets.engine.close()
      await app.close()
    })
    opened.push(runs.stop)
    const address = await listen(app, { host, port, tls: tls !== undefined })
    url ||= address
    const renewal = setInterval(() => {
      keys.renew(Date.now()).catch((error: unknown) => log.error({ err: error }, 'the certificate was not renewed'))
    }, RENEW_CERTIFICATE_MS)
    opened.push(async () => clearInterval(renewal))
    log.info({ url, federations: runs.all().length }, 'the coordinator listens')
    const { operatorToken, fingerprint, fingerprintWords } = keys
    return { url, operatorToken, fingerprint, fingerprintWords, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

function openSockets(app: FastifyInstance): Server {
  return new Server(app.server, {
    transports: ['websocket'],
    maxHttpBufferSize: MESSAGE_LIMIT_BYTES,
    perMessageDeflate: false,
    pingTimeout: PING_TIMEOUT_MS,
    serveClient: false,
  })
}

/** The origin that it listens on. */
async function listen(
  app: FastifyInstance,
  at: { readonly host: string; readonly port: number; readonly tls: boolean },
): Promise<string> {
  try {
    await app.listen({ host: at.host, port: at.port })
  } catch (cause) {
    throw listenError(at, cause)
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : at.port
  const anywhere = at.host === '0.0.0.0' || at.host === '::'
  const host = anywhere ? 'localhost' : at.host.includes(':') ? `[${at.host}]` : at.host
  return `${at.tls ? 'https' : 'http'}://${host}:${port}`
}

function listenError({ host, port }: { readonly host: string; readonly port: number }, cause: unknown): unknown {
  switch (systemCode(cause)) {
    case 'EADDRINUSE': {
      const what = `Port ${port} on ${host} is in use. Stop what uses it, or choose another by --port.`
      return new CoordinatorError('port-in-use', what, { cause })
    }
    case 'EACCES': {
      const what = `This user may not use port ${port}. Choose one above 1023 by --port.`
      return new CoordinatorError('port-in-use', what, { cause })
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CoordinatorError('no-such-address', `${host} is no address of this machine. Check --host.`, { cause })
    default:
      return cause
  }
}

/** Throws `CoordinatorError` `bad-certificate` when certificate and key are damaged or do not belong together. */
function checkTls(tls: { readonly cert: Buffer; readonly key: Buffer }): void {
  try {
    createSecureContext(tls)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const what = `The certificate and its key do not work: ${why}. Both must be PEM files that belong together.`
    throw new CoordinatorError('bad-certificate', what, { cause })
  }
}
