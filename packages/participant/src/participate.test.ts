import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalLayout } from '@passerby/federation'
import type { Layout } from '@passerby/federation'
import {
  certifySigningKey,
  clientId,
  createRoundKey,
  createSigningKey,
  exportRoundKey,
  fingerprint,
  hex,
  importPublicKey,
  readUpdate,
  sealedLength,
  sha256,
  sign,
  utf8,
  verifyJoin,
} from '@passerby/privacy'
import type { Canonical } from '@passerby/privacy'
import {
  EDGE_NAMESPACE,
  FederationSettings,
  PROTOCOL_VERSION,
  decodeUpdate,
  encodeSafetensors,
  encodeUpdate,
  paths,
  toRanges,
} from '@passerby/protocol'
import type { EdgeStatus, EdgeTask, Progress, RefusalCode, UpdateBegin } from '@passerby/protocol'
import { Server } from 'socket.io'
import type { Socket } from 'socket.io'
import * as v from 'valibot'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { downloadNewestModel } from './card.ts'
import { openEgress } from './egress.ts'
import type { Learner, LocalTask } from './learner.ts'
import { openFolderKeep } from './node.ts'
import { createParticipant } from './participate.ts'
import type { Participant, ParticipantOptions } from './participate.ts'
import type { Snapshot } from './snapshot.ts'

// Real sockets, keys and files: on a busy machine a round takes a while.
vi.setConfig({ testTimeout: 30_000 })

/** 400 KB: two chunks. */
const layout: Layout = [
  { name: 'block.weight', shape: [1000, 100], role: 'weight' },
  { name: 'norm.mean', shape: [7], role: 'statistic' },
]
const federation = 'north-gate'
const token = 'token.of.the-test'
const start = Float32Array.from({ length: 100_007 }, (_, i) => i / 1000)
const { local } = v.parse(FederationSettings, { name: 'North gate', rounds: 3, local: { backbone: 'tiny' } })
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A coordinator of one federation that does what a test says: real keys, real HTTP, real socket.io. */
async function scriptedCoordinator() {
  const [root, signing, round] = await Promise.all([createSigningKey(), createSigningKey(), createRoundKey()])
  const now = Date.now()
  const chain = await certifySigningKey(root, signing.publicKey, { notBefore: now - 1000, notAfter: now + 3_600_000 })
  const file = encodeSafetensors({ layout, values: start })
  const model = {
    sha256: hex(await sha256(file)),
    bytes: file.length,
    layout: hex(await sha256(utf8(canonicalLayout(layout)))),
  }
  const card = {
    federation,
    name: 'North gate',
    description: '',
    state: 'running',
    round: 0,
    rounds: 3,
    strategy: { name: 'fedpav', statistics: 'average' },
    cohort: { minClients: 1, fraction: 1, deadlineSeconds: 60, evaluationSeconds: 60 },
    local,
    privacy: 'sealed',
    updateBytes: 1,
    model: { sha256: model.sha256, bytes: model.bytes },
  } as const
  const script = {
    task: null as EdgeTask | null,
    state: 'running' as EdgeStatus['state'],
    served: file,
    /** Under its hash. */
    publicSet: undefined as { readonly sha256: string; readonly pixels: Uint8Array } | undefined,
    /** How an update lies, where something goes with the model. */
    updateLayout: layout,
    /** Another model that this client is given by name. */
    own: undefined as { readonly client: string; readonly sha256: string; readonly file: Uint8Array } | undefined,
    /** So many downloads of the model break off in the middle. */
    brokenDownloads: 0,
    chain,
    joinRefusal: undefined as RefusalCode | undefined,
    /** Answers to the next commits. */
    commitRefusals: [] as RefusalCode[],
    /** Called before a chunk is acknowledged; false: the connection is cut instead. */
    onChunk: (_index: number): boolean => true,
    received: [] as string[],
    listeners: new Set<() => void>(),
    begun: undefined as UpdateBegin | undefined,
    updates: [] as { readonly values: Float32Array; readonly weight: number; readonly report: object }[],
    clients: new Set<string>(),
    socket: undefined as Socket | undefined,
  }
  const note = (name: string) => {
    script.received.push(name)
    for (const listener of script.listeners) listener()
  }
  const serveModel = (response: ServerResponse) => {
    note('model')
    if (script.brokenDownloads-- <= 0) response.end(script.served)
    else
      response
        .writeHead(200, { 'content-length': script.served.length })
        .write(script.served.subarray(0, 1000), () => response.destroy())
  }
  const http: HttpServer = createServer((request, response) => {
    void (async () => {
      const { own, publicSet } = script
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://coordinator')
      if (pathname === paths.card(federation)) {
        const isOwn = own && searchParams.get('client') === own.client
        const named = isOwn ? { ...card, model: { sha256: own.sha256, bytes: own.file.length } } : card
        response.end(JSON.stringify({ ...script.chain, card: await sign('card', named, signing.privateKey) }))
      } else if (own && request.url === paths.model(own.sha256)) response.end(own.file)
      else if (publicSet && request.url === paths.publicSet(publicSet.sha256)) {
        note('public set')
        response.end(publicSet.pixels)
      } else if (request.url === paths.model(model.sha256)) serveModel(response)
      else response.writeHead(404).end()
    })()
  })
  const io = new Server(http, { transports: ['websocket'] })
  const held = new Map<number, Uint8Array>()
  let begun: UpdateBegin | undefined
  let identity: CryptoKey | undefined
  const status = (): EdgeStatus => ({
    state: script.state,
    round: 1,
    rounds: 3,
    clients: 1,
    minClients: 1,
    now: Date.now() + 5000,
    deadline: null,
  })
  const ok = (value: object = {}) => ({ ok: true, value })
  const refuse = (code: RefusalCode) => ({ ok: false, refusal: { code, message: `scripted ${code}` } })

  io.of(EDGE_NAMESPACE).on('connection', (socket) => {
    const nonce = hex(crypto.getRandomValues(new Uint8Array(16)))
    script.socket = socket
    const answer = (event: string, reply: (...parts: never[]) => Promise<object | undefined>) =>
      socket.on(event, (...parts: unknown[]) => {
        note(event)
        void (async () => {
          const made = await reply(...(parts as never[]))
          if (made) (parts.at(-1) as (made: object) => void)(made)
        })()
      })
    answer('join', async (request: { publicKey: string; proof: string }) => {
      identity = await importPublicKey(request.publicKey)
      if (script.joinRefusal) return refuse(script.joinRefusal)
      if (!(await verifyJoin({ nonce, federation, token }, request.proof, identity))) return refuse('bad-proof')
      const client = await clientId(request.publicKey)
      script.clients.add(client)
      return ok({ client, status: status(), task: script.task })
    })
    answer('update.begin', async (request: UpdateBegin) => {
      if (begun?.enc !== request.enc) held.clear()
      begun = request
      script.begun = request
      return ok({ held: toRanges(held.keys()) })
    })
    answer('update.chunk', async ({ index }: { index: number }, bytes: Uint8Array) => {
      note(`chunk ${index}`)
      if (!script.onChunk(index)) {
        socket.conn.close()
        return undefined
      }
      held.set(index, bytes)
      return ok()
    })
    answer('update.commit', async ({ signature, report }: { signature: string; report: object }) => {
      const refusal = script.commitRefusals.shift()
      if (refusal) return refuse(refusal)
      if (!begun || !identity) return refuse('incomplete-update')
      const update = { ...begun, signature, chunk: async (index: number) => held.get(index) }
      const read = await readUpdate(update, { round, client: identity })
      if (!read.ok) return refuse('unreadable-update')
      script.updates.push({ ...decodeUpdate(script.updateLayout, read.value), report })
      return ok()
    })
    socket.on('progress', ({ phase, fraction }: Progress) => note(`progress ${phase} ${fraction}`))
    for (const event of ['evaluated', 'withdraw', 'return'])
      answer(event, async (message: { reason?: string; message?: string; model?: string; evaluation?: object }) => {
        const { model, evaluation } = message
        note(`${event} ${message.message || message.reason || `${model} ${JSON.stringify(evaluation)}`}`)
        return ok()
      })
    socket.emit('hello', { version: PROTOCOL_VERSION, nonce })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closers.push(() => io.close())

  const config = async (session: number, key = signing.privateKey, change: Record<string, Canonical> = {}) => ({
    task: 'train' as const,
    accepted: false,
    measure: false,
    config: await sign(
      'round',
      {
        federation,
        round: 1,
        rounds: 3,
        session,
        seed: 1,
        strategy: card.strategy,
        local,
        model,
        sealTo: await exportRoundKey(round),
        mode: 'sealed',
        notAfter: Date.now() + 60_000,
        ...change,
      },
      key,
    ),
  })
  return {
    script,
    model,
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    fingerprint: await fingerprint(chain.root),
    config,
    published: async () => ({
      task: 'evaluate' as const,
      model: await sign('model', { federation, round: 1, model, local }, signing.privateKey),
    }),
    /** Tells the client its task, and whoever joins later. */
    tell(task: EdgeTask | null): void {
      script.task = task
      script.socket?.emit('task', task)
    },
    /** Resolves when a message whose note begins so has come. */
    heard: (start: string) =>
      new Promise<void>((resolve) => {
        const look = () => script.received.some((name) => name.startsWith(start)) && resolve()
        script.listeners.add(look)
        look()
      }),
    notify: (event: string, message: object) => script.socket?.emit(event, message),
    status,
  }
}

/** Adds one to every number. With `wait`, only when told or aborted. */
function countingLearner(wait?: Promise<void>) {
  const tasks: LocalTask[] = []
  let aborted = 0
  const learner: Learner = {
    async train(task, { signal, onProgress }) {
      tasks.push(task)
      onProgress?.({ epoch: 1, epochs: 1, step: 1, steps: 2, loss: 2.5 })
      await Promise.race([
        wait ?? Promise.resolve(),
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ]).catch((error: unknown) => {
        aborted++
        throw error
      })
      return {
        backbone: task.backbone.map((value) => value + 1),
        extras: new Float32Array(),
        weight: 12,
        images: 12,
        loss: 1.5,
        seconds: 3,
      }
    },
    async evaluate({ backbone }) {
      return { rank1: backbone[0] === 0 ? 10 : 20, rank5: 30, rank10: 40, mAP: 15, queries: 9, seconds: 0.5 }
    },
  }
  return { learner, tasks, aborts: () => aborted }
}

type Coordinator = Awaited<ReturnType<typeof scriptedCoordinator>>

async function participant(
  coordinator: Coordinator,
  options: Partial<ParticipantOptions> & { readonly folder?: string } = {},
): Promise<{ readonly client: Participant; readonly folder: string; readonly plaintexts: Uint8Array[] }> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'participant-')))
  if (!options.folder) closers.push(() => rm(folder, { recursive: true }))
  const plaintexts: Uint8Array[] = []
  const client = createParticipant({
    origin: coordinator.origin,
    federation,
    fingerprint: coordinator.fingerprint,
    token,
    alias: 'Gate 1',
    device: { name: 'test', backend: 'wasm', imagesPerSecond: 1 },
    images: 12,
    learner: countingLearner().learner,
    keep: await openFolderKeep(folder),
    spy: (plaintext) => plaintexts.push(plaintext.slice()),
    ...options,
  })
  closers.push(() => client.close())
  return { client, folder, plaintexts }
}

async function until(client: Participant, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return await new Promise((resolve) => {
    const look = () => {
      if (!holds(client.getSnapshot())) return
      stop()
      resolve(client.getSnapshot())
    }
    const stop = client.subscribe(look)
    look()
  })
}
const inState = (state: Snapshot['state']) => (snapshot: Snapshot) => snapshot.state === state
const counted = (snapshot: Snapshot) => snapshot.rounds.some(({ outcome }) => outcome === 'counted')

describe('a round over a real socket', () => {
  test('R3 U6 downloads, trains, seals exactly the encoded update, reports, measures, ends', async () => {
    const coordinator = await scriptedCoordinator()
    const { learner, tasks } = countingLearner()
    const { client, plaintexts } = await participant(coordinator, { learner })
    coordinator.script.task = await coordinator.config(1)
    client.start()
    await until(client, (snapshot) => counted(snapshot) && snapshot.state === 'waiting')

    const expected = { values: start.map((value) => value + 1), weight: 12 }
    expect(Buffer.compare(plaintexts[0], encodeUpdate(layout, expected))).toBe(0)
    expect(plaintexts).toHaveLength(1)
    expect(tasks[0]).toMatchObject({ round: 1, rounds: 3, settings: local })
    expect(Buffer.compare(Buffer.from(tasks[0].backbone.buffer), Buffer.from(start.buffer))).toBe(0)
    const [update] = coordinator.script.updates
    expect(Buffer.compare(Buffer.from(update.values.buffer), Buffer.from(expected.values.buffer))).toBe(0)
    expect(update.weight).toBe(12)
    const measuredLocal = { rank1: 20, rank5: 30, rank10: 40, mAP: 15, queries: 9, seconds: 0.5 }
    expect(update.report).toEqual({ images: 12, loss: 1.5, trainSeconds: 3 })
    await coordinator.heard(`evaluated local ${JSON.stringify(measuredLocal)}`)

    coordinator.tell(await coordinator.published())
    await until(client, (snapshot) => snapshot.rounds[0].global !== undefined && snapshot.state === 'waiting')
    await coordinator.heard(`evaluated global ${JSON.stringify({ ...measuredLocal, rank1: 10 })}`)
    expect(coordinator.script.received.filter((name) => name === 'model')).toHaveLength(1)
    coordinator.notify('status', { ...coordinator.status(), state: 'ended' })
    const snapshot = await until(client, inState('ended'))

    expect(snapshot.because).toBe('completed')
    expect(snapshot.connection.link).toBe('offline')
    expect(snapshot.loss).toEqual([{ at: 0.5, loss: 2.5 }])
    expect(snapshot.rounds).toEqual([
      {
        round: 1,
        outcome: 'counted',
        images: 12,
        loss: 1.5,
        trainSeconds: 3,
        local: measuredLocal,
        global: { ...measuredLocal, rank1: 10 },
        bytesUp: sealedLength(plaintexts[0].length),
        extras: [],
      },
    ])
    expect(snapshot.ledger.sent.images).toEqual({ messages: 0, bytes: 0 })
    expect(snapshot.ledger.sent.metrics.messages).toBe(3)
    expect(snapshot.ledger.sent.update.messages).toBe(2)
    // Beside the chunk's ciphertext, its session and index in JSON.
    expect(snapshot.ledger.sent.update.bytes).toBe(
      sealedLength(plaintexts[0].length) + 2 * '{"session":1,"index":0}'.length,
    )
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })

  test('R9 which images the models look at after training is shown, and their share told at once', async () => {
    const coordinator = await scriptedCoordinator()
    const { learner } = countingLearner()
    const looked = vi.fn<() => void>()
    const wait = new Promise<void>((resolve) => looked.mockImplementation(resolve))
    const { client } = await participant(coordinator, {
      learner: {
        ...learner,
        async train(task, watch) {
          // One that is on its way would have the next dropped.
          await coordinator.heard('progress downloading')
          watch.onLooking?.({ at: 'public', seen: 32, images: 128 })
          await wait
          return await learner.train(task, watch)
        },
      },
    })
    coordinator.script.task = await coordinator.config(1)
    client.start()
    const { state, work } = await until(client, ({ work }) => work?.phase === 'looking')
    expect(state).toBe('training')
    expect(work).toMatchObject({ fraction: 0.25, looking: { at: 'public', seen: 32, images: 128 } })
    expect(work?.training).toBeUndefined()
    await coordinator.heard('progress looking 0.25')
    looked()
    await until(client, counted)
  })

  test('U8 R13 an update is the model and the extras of the signed settings and nothing else; the public set is fetched once', async () => {
    const coordinator = await scriptedCoordinator()
    const { script } = coordinator
    const set = { images: 4, height: 32, width: 16 }
    const pixels = crypto.getRandomValues(new Uint8Array(4 * 32 * 16 * 3))
    const sha256OfSet = hex(await sha256(pixels))
    script.publicSet = { sha256: sha256OfSet, pixels }
    const embedding = local.embedding
    script.updateLayout = [...layout, { name: 'public.sketch', shape: [2, embedding], role: 'each' }]
    const { learner, tasks } = countingLearner()
    const extras = Float32Array.from({ length: 2 * embedding }, (_, i) => i / 7)
    const { client, plaintexts } = await participant(coordinator, {
      learner: { ...learner, train: async (task, watch) => ({ ...(await learner.train(task, watch)), extras }) },
    })
    const received = () => client.getSnapshot().ledger.received.bytes
    const downloads = new Set<string | undefined>()
    client.subscribe(() => {
      const { work } = client.getSnapshot()
      if (work?.phase === 'downloading') downloads.add(work.download)
    })
    const change = {
      strategy: { name: 'fedpav', clustering: { by: 'flattened', images: 2 } },
      publicSet: { ...set, sha256: sha256OfSet },
      local: { ...local, input: { height: 32, width: 16 } },
    }
    client.start()
    await until(client, inState('waiting'))
    const before = received()
    coordinator.tell(await coordinator.config(1, undefined, change))
    await until(client, counted)

    const model = start.map((value) => value + 1)
    const values = Float32Array.of(...model, ...extras)
    expect(Buffer.compare(plaintexts[0], encodeUpdate(script.updateLayout, { values, weight: 12 }))).toBe(0)
    expect(plaintexts).toHaveLength(1)
    expect([...downloads]).toEqual(['model', 'public set'])
    expect(Buffer.compare(Buffer.from(script.updates[0].values.buffer), Buffer.from(values.buffer))).toBe(0)
    expect(tasks[0]).toMatchObject({ commonSeed: 1, publicSet: { height: 32, width: 16 } })
    expect(Buffer.compare(tasks[0].publicSet?.pixels ?? new Uint8Array(), pixels)).toBe(0)
    expect(client.getSnapshot().rounds[0].extras).toEqual([{ name: 'public.sketch', bytes: 4 * extras.length }])
    expect(received() - before).toBe(coordinator.model.bytes + pixels.length)

    coordinator.tell(await coordinator.config(2, undefined, { ...change, round: 2 }))
    await vi.waitFor(() => expect(script.updates).toHaveLength(2))
    expect(script.received.filter((name) => name === 'public set')).toHaveLength(1)
  })

  test.each([
    [{ height: 128, width: 64 }, 'The public set that came is not the one that was signed.'],
    [{ height: 64, width: 128 }, 'The public set has images of 64×128 for an input of 128×64. Tell the operator.'],
  ])('P6 another public set than the one that was signed, or of %j, is not looked at', async (size, message) => {
    const coordinator = await scriptedCoordinator()
    const pixels = new Uint8Array(2 * 128 * 64 * 3)
    const named = hex(await sha256(utf8('another')))
    coordinator.script.publicSet = { sha256: named, pixels }
    const { learner, tasks } = countingLearner()
    const { client, plaintexts } = await participant(coordinator, { learner })
    const publicSet = { sha256: named, images: 2, ...size }
    coordinator.script.task = await coordinator.config(1, undefined, { publicSet })
    client.start()
    const snapshot = await until(client, ({ failure }) => failure !== undefined)
    expect(snapshot.failure?.message).toBe(message)
    expect([tasks.length, plaintexts.length]).toEqual([0, 0])
  })

  test('R8 who is asked measures the model before it trains from it, once, and tells its own after the update', async () => {
    const coordinator = await scriptedCoordinator()
    const { learner, tasks } = countingLearner()
    const { client } = await participant(coordinator, { learner })
    coordinator.script.task = { ...(await coordinator.config(2, undefined, { round: 2 })), measure: true }
    client.start()
    await coordinator.heard('evaluated local')
    const order = coordinator.script.received.filter((name) => /^(evaluated (global|local)|update)/.test(name))
    expect(order.map((name) => name.split(' {')[0])).toEqual([
      'evaluated global',
      'update.begin',
      'update.chunk',
      'update.chunk',
      'update.commit',
      'evaluated local',
    ])
    const measured = { rank1: 10, rank5: 30, rank10: 40, mAP: 15, queries: 9, seconds: 0.5 }
    expect(client.getSnapshot().rounds).toMatchObject([
      { round: 1, outcome: 'watched', global: measured },
      { round: 2, outcome: 'counted', local: { ...measured, rank1: 20 } },
    ])
    // The round is opened anew: the same model is not measured again.
    coordinator.tell({ ...(await coordinator.config(3, undefined, { round: 2 })), measure: true })
    await vi.waitFor(() => expect(tasks).toHaveLength(2))
    expect(coordinator.script.received.filter((name) => name.startsWith('evaluated global'))).toHaveLength(1)
  })

  test('R10 a model that is ready is fetched once, ahead, and nothing is done with another', async () => {
    const coordinator = await scriptedCoordinator()
    const { client } = await participant(coordinator)
    client.start()
    await until(client, inState('waiting'))
    coordinator.notify('model.ready', { sha256: 'f'.repeat(64), bytes: 10 })
    coordinator.notify('model.ready', coordinator.model)
    await coordinator.heard('model')
    coordinator.tell(await coordinator.config(1))
    await until(client, counted)
    expect(coordinator.script.received.filter((name) => name === 'model')).toHaveLength(1)
    expect(coordinator.script.updates[0].values[0]).toBe(1)
  })

  test('the coordinator’s clock is not ours: a deadline is told by ours', async () => {
    const coordinator = await scriptedCoordinator()
    const { client } = await participant(coordinator)
    client.start()
    await until(client, inState('waiting'))
    const now = Date.now()
    coordinator.notify('status', { ...coordinator.status(), now: now + 5000, deadline: now + 65_000 })
    const { status } = await until(client, (snapshot) => typeof snapshot.status?.deadline === 'number')
    expect(Math.abs((status?.deadline ?? 0) - (now + 60_000))).toBeLessThan(2000)
  })
})

describe('R4 U2 what is lost is not lost', () => {
  test('a connection that breaks in mid-upload resumes at the missing chunk, without training again', async () => {
    const coordinator = await scriptedCoordinator()
    const { learner, tasks } = countingLearner()
    const { client, plaintexts } = await participant(coordinator, { learner })
    let cut = false
    coordinator.script.onChunk = (index) => index === 0 || cut || !(cut = true)
    coordinator.script.task = await coordinator.config(1)
    client.start()
    await until(client, counted)
    expect(tasks).toHaveLength(1)
    expect(plaintexts).toHaveLength(1)
    expect(coordinator.script.received.filter((name) => name.startsWith('chunk ')).sort()).toEqual([
      'chunk 0',
      'chunk 1',
      'chunk 1',
    ])
    expect(coordinator.script.updates).toHaveLength(1)
  })

  test('a download that breaks off is begun again', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.brokenDownloads = 1
    coordinator.script.task = await coordinator.config(1)
    const { client } = await participant(coordinator)
    client.start()
    await until(client, counted)
    expect(coordinator.script.received.filter((name) => name === 'model')).toHaveLength(2)
    expect(coordinator.script.updates[0].values[0]).toBe(1)
  })

  test('after a reload the kept update is uploaded by the same client', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.onChunk = () => false
    coordinator.script.task = await coordinator.config(1)
    const first = await participant(coordinator)
    first.client.start()
    await until(first.client, (snapshot) => snapshot.state === 'uploading')
    await first.client.close()

    coordinator.script.onChunk = () => true
    const { learner, tasks } = countingLearner()
    const second = await participant(coordinator, { learner, folder: first.folder })
    second.client.start()
    await until(second.client, (snapshot) => counted(snapshot) && snapshot.state === 'waiting')
    expect(tasks).toHaveLength(0)
    expect(second.plaintexts).toHaveLength(0)
    expect(coordinator.script.clients.size).toBe(1)
    expect(coordinator.script.updates[0].values[0]).toBe(1)
    await second.client.close()
    expect(await readdir(first.folder)).not.toContain('upload')
  })

  test('a kept update that was changed on disk is not sent: it is trained again', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.onChunk = () => false
    coordinator.script.task = await coordinator.config(1)
    const first = await participant(coordinator)
    first.client.start()
    await until(first.client, inState('uploading'))
    await first.client.close()
    const file = join(first.folder, 'upload')
    const bytes = await readFile(file)
    bytes[bytes.length >> 1] ^= 1
    await writeFile(file, bytes)

    coordinator.script.onChunk = () => true
    const { learner, tasks } = countingLearner()
    const second = await participant(coordinator, { learner, folder: first.folder })
    second.client.start()
    await until(second.client, counted)
    expect(tasks).toHaveLength(1)
  })

  test('what is kept of an update and cannot be read costs a retraining, no more', async () => {
    const coordinator = await scriptedCoordinator()
    const folder = await mkdtemp(join(tmpdir(), 'participant-'))
    closers.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'upload'), 'cut')
    coordinator.script.task = await coordinator.config(1)
    const { client } = await participant(coordinator, { folder })
    client.start()
    const snapshot = await until(client, counted)
    expect(snapshot.rounds).toMatchObject([{ round: 1, outcome: 'counted' }])
  })

  test('U5 an update that comes late is dropped, and the client waits for the next task', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.commitRefusals.push('late-update')
    coordinator.script.task = await coordinator.config(1)
    const { client } = await participant(coordinator)
    client.start()
    const snapshot = await until(client, (now) => now.state === 'waiting' && now.rounds.length > 0)
    expect(snapshot.rounds[0].outcome).toBe('dropped')
  })

  test('an update that could not be taken just now is committed again; one that counts already is done', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.commitRefusals.push('incomplete-update', 'duplicate-update')
    coordinator.script.task = await coordinator.config(1)
    const { client } = await participant(coordinator)
    client.start()
    await until(client, counted)
    const { received } = coordinator.script
    expect(received.filter((name) => name.startsWith('chunk '))).toHaveLength(2)
    expect(received.filter((name) => name === 'update.commit')).toHaveLength(2)
  })

  test('an update that the coordinator cannot open pauses the client', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.commitRefusals.push('unreadable-update')
    coordinator.script.task = await coordinator.config(1)
    const { client, folder } = await participant(coordinator)
    client.start()
    const snapshot = await until(client, inState('paused'))
    expect(snapshot).toMatchObject({ because: 'failed', failure: { message: /scripted unreadable-update/ } })
    await client.close()
    expect(await readdir(folder)).not.toContain('upload')
  })

  test('R7 an aborted session stops the learner and leaves nothing to upload', async () => {
    const coordinator = await scriptedCoordinator()
    const { learner, aborts } = countingLearner(new Promise(() => undefined))
    const { client, plaintexts } = await participant(coordinator, { learner })
    coordinator.script.task = await coordinator.config(1)
    client.start()
    await until(client, (snapshot) => snapshot.work?.phase === 'training')
    coordinator.notify('session.aborted', { session: 1, reason: 'too few' })
    const snapshot = await until(client, inState('waiting'))
    expect(snapshot.rounds[0].outcome).toBe('aborted')
    await client.close()
    expect(aborts()).toBe(1)
    expect(plaintexts).toHaveLength(0)
  })
})

describe('R6 what the person wants', () => {
  test('pause abandons and withdraws, resume returns and trains again', async () => {
    const coordinator = await scriptedCoordinator()
    let go = () => {}
    const { learner, tasks, aborts } = countingLearner(new Promise((resolve) => (go = resolve)))
    const { client } = await participant(coordinator, { learner })
    const task = await coordinator.config(1)
    coordinator.script.task = task
    client.start()
    await until(client, (snapshot) => snapshot.work?.phase === 'training')
    client.pause()
    await until(client, inState('paused'))
    client.resume()
    await until(client, inState('waiting'))
    go()
    coordinator.tell(task)
    await until(client, counted)
    expect(tasks).toHaveLength(2)
    expect(aborts()).toBe(1)
    expect(coordinator.script.received).toEqual(expect.arrayContaining(['withdraw paused', 'return']))
  })

  test('leave says goodbye before it goes', async () => {
    const coordinator = await scriptedCoordinator()
    const { client } = await participant(coordinator)
    client.start()
    await until(client, inState('waiting'))
    const gone = new Promise((resolve) => coordinator.script.socket?.on('disconnect', resolve))
    client.leave()
    await gone
    expect(coordinator.script.received.at(-1)).toBe('withdraw left')
    expect(client.getSnapshot()).toMatchObject({ state: 'ended', because: 'left' })
  })

  test('the newest model can be fetched after the end', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.state = 'ended'
    const { client, folder } = await participant(coordinator)
    client.start()
    await until(client, inState('ended'))
    const { origin, fingerprint } = coordinator
    const question = { federation, fingerprint, keep: await openFolderKeep(folder), now: Date.now() }
    const model = await downloadNewestModel(origin, question, AbortSignal.timeout(5000))
    expect(model.ok && Buffer.compare(model.value, coordinator.script.served)).toBe(0)
  })

  test('R11 R12 a client of a group trains from its group’s model, and keeps that one', async () => {
    const coordinator = await scriptedCoordinator()
    const { script } = coordinator
    const { learner, tasks } = countingLearner()
    const { client, folder } = await participant(coordinator, { learner })
    client.start()
    const { client: id = '' } = await until(client, inState('waiting'))
    const file = encodeSafetensors({ layout, values: start.map((value) => value + 5) })
    script.own = { client: id, sha256: hex(await sha256(file)), file }
    const model = { ...coordinator.model, sha256: script.own.sha256, bytes: file.length }
    coordinator.notify('model.ready', model)
    coordinator.tell(await coordinator.config(1, undefined, { model }))
    await until(client, counted)
    expect(tasks[0].backbone[0]).toBe(5)
    expect(script.begun?.header.baseModel).toBe(model.sha256)
    coordinator.notify('status', { ...coordinator.status(), state: 'ended' })
    await until(client, inState('ended'))
    const { origin, fingerprint } = coordinator
    const question = { federation, fingerprint, keep: await openFolderKeep(folder), now: Date.now() }
    const newest = await downloadNewestModel(origin, question, AbortSignal.timeout(5000))
    expect(newest.ok && Buffer.compare(newest.value, file)).toBe(0)
  })
})

describe('refusals by name', () => {
  async function refusalOf(coordinator: Coordinator, options: Parameters<typeof participant>[1] = {}) {
    const { client } = await participant(coordinator, options)
    client.start()
    const { refusal } = await until(client, inState('refused'))
    return refusal?.code
  }

  test.each(['expired-token', 'unknown-federation', 'revoked-token', 'excluded'] as const)(
    'the coordinator’s: %s',
    async (code) => {
      const coordinator = await scriptedCoordinator()
      coordinator.script.joinRefusal = code
      expect(await refusalOf(coordinator)).toBe(code)
    },
  )

  test('J9 taken out; who is let in again trains on', async () => {
    const coordinator = await scriptedCoordinator()
    const { client } = await participant(coordinator)
    client.start()
    await until(client, inState('waiting'))
    const message = 'The coordinator’s operator has taken this client out: wrong crops.'
    coordinator.notify('dismissed', { code: 'excluded', message })
    expect((await until(client, inState('refused'))).refusal).toEqual({ code: 'excluded', message })
    coordinator.script.joinRefusal = 'excluded'
    client.start()
    await until(client, ({ state }) => state !== 'refused')
    expect((await until(client, inState('refused'))).refusal?.code).toBe('excluded')
    coordinator.script.joinRefusal = undefined
    client.start()
    await until(client, inState('waiting'))
    coordinator.tell(await coordinator.config(1))
    await until(client, counted)
  })

  test('replaced by another page', async () => {
    const coordinator = await scriptedCoordinator()
    const { client } = await participant(coordinator)
    client.start()
    await until(client, inState('waiting'))
    coordinator.notify('dismissed', { code: 'replaced', message: 'elsewhere' })
    expect((await until(client, inState('refused'))).refusal).toEqual({ code: 'replaced', message: 'elsewhere' })
  })

  test('a federation that the coordinator has not', async () => {
    const coordinator = await scriptedCoordinator()
    expect(await refusalOf(coordinator, { federation: 'south-gate' })).toBe('unknown-federation')
  })

  test('J3 untrusted: another root than the link names', async () => {
    const [coordinator, other] = await Promise.all([scriptedCoordinator(), scriptedCoordinator()])
    expect(await refusalOf(coordinator, { fingerprint: other.fingerprint })).toBe('untrusted')
    expect(coordinator.script.received).toEqual([])
  })

  test('J3 changed-key: another root than this device trusted before', async () => {
    const [coordinator, other] = await Promise.all([scriptedCoordinator(), scriptedCoordinator()])
    const { client, folder } = await participant(coordinator)
    client.start()
    await until(client, inState('waiting'))
    await client.close()
    expect(await refusalOf(other, { folder })).toBe('changed-key')
    expect(other.script.received).toEqual([])
  })

  test('R1 untrusted: a round that another key signed, of another federation, or long over', async () => {
    const stranger = await createSigningKey()
    const changes: [CryptoKey | undefined, Record<string, Canonical>][] = [
      [stranger.privateKey, {}],
      [undefined, { federation: 'south-gate' }],
      [undefined, { notAfter: Date.now() - 3_600_000 }],
    ]
    for (const [key, change] of changes) {
      const coordinator = await scriptedCoordinator()
      coordinator.script.task = await coordinator.config(1, key, change)
      expect(await refusalOf(coordinator)).toBe('untrusted')
    }
  })

  test('a passing refusal is tried again', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.joinRefusal = 'internal'
    const { client } = await participant(coordinator)
    client.start()
    await until(client, (snapshot) => snapshot.failure !== undefined)
    coordinator.script.joinRefusal = undefined
    expect((await until(client, inState('waiting'))).client).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('work that fails', () => {
  test('R3 a model that is not the signed one is not trained on: paused, with the reason', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.served = encodeSafetensors({ layout, values: start.map((value) => -value) })
    coordinator.script.task = await coordinator.config(1)
    const { learner, tasks } = countingLearner()
    const { client } = await participant(coordinator, { learner })
    client.start()
    const snapshot = await until(client, (now) => now.state === 'paused' && now.failure !== undefined)
    expect(snapshot).toMatchObject({ because: 'failed', failure: { message: /not the one that was signed/ } })
    expect(tasks).toHaveLength(0)
  })

  test('a learner that fails withdraws from the round, and says why only here', async () => {
    const coordinator = await scriptedCoordinator()
    coordinator.script.task = await coordinator.config(1)
    const learner: Learner = {
      train: () => Promise.reject(new Error('the device was lost')),
      evaluate: () => Promise.resolve(undefined),
    }
    const { client } = await participant(coordinator, { learner })
    client.start()
    const snapshot = await until(client, inState('paused'))
    expect(snapshot.failure?.message).toBe('the device was lost')
    expect(snapshot.rounds[0].outcome).toBe('failed')
    await coordinator.heard('withdraw failed while training')
  })
})

describe('egress', () => {
  test('no message leaves with a field that its schema does not know, and nothing that was not sealed here', async () => {
    const egress = openEgress({ origin: 'http://127.0.0.1:9' })
    const { signal } = new AbortController()
    const smuggled = { round: 1, model: 'global' as const, evaluation: null, note: 'identity 17' }
    await expect(egress.request('evaluated', smuggled, signal)).rejects.toThrow(RangeError)
    const forged = { header: {}, enc: '', chunks: [new Uint8Array(3)], signature: '' } as never
    await expect(egress.sendChunk(forged, 0, signal)).rejects.toThrow(RangeError)
    await expect(egress.request('return', {}, signal)).rejects.toMatchObject({ code: 'offline' })
  })
})
