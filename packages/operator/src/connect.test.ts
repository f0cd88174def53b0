import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OPERATOR_NAMESPACE, accept, refuse } from '@passerby/protocol'
import { Server, type Socket } from 'socket.io'
import { afterEach, describe, expect, it } from 'vitest'
import { type Operator, connectOperator } from './connect.ts'
import type { OperatorSnapshot } from './snapshot.ts'

/** A coordinator's `/operator` side as the protocol has it, answering with what a test says. */
async function startPeer(onConnection: (socket: Socket) => void, port = 0) {
  const http = createServer((request, response) => {
    const authorised = request.headers.authorization === 'Bearer right'
    const body: Uint8Array[] = []
    request.on('data', (part: Uint8Array) => body.push(part))
    request.on('end', () => {
      const bytes = body.reduce((total, part) => total + part.length, 0)
      const answer = authorised
        ? { sha256: 'b'.repeat(64), bytes }
        : { code: 'unauthorised', message: 'The token is not the operator’s.' }
      response.writeHead(authorised ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  const sockets = new Server(http, { transports: ['websocket'] })
  const operators = sockets.of(OPERATOR_NAMESPACE)
  operators.use((socket, next) => {
    if (socket.handshake.auth.token === 'right') return next()
    next(Object.assign(new Error('unauthorised'), { data: { code: 'unauthorised', message: 'wrong token' } }))
  })
  operators.on('connection', onConnection)
  await new Promise<void>((done) => http.listen(port, '127.0.0.1', done))
  const { port: at } = http.address() as AddressInfo
  const peer = { origin: `http://127.0.0.1:${at}`, port: at, close: () => sockets.close() }
  opened.push(() => peer.close())
  return peer
}

const opened: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()))
})

function connect(origin: string, token = 'right'): Operator {
  const operator = connectOperator({ origin, token })
  opened.push(() => operator.close())
  return operator
}

function until(operator: Operator, holds: (snapshot: OperatorSnapshot) => boolean): Promise<OperatorSnapshot> {
  return new Promise((done) => {
    const look = () => {
      if (!holds(operator.getSnapshot())) return
      stop()
      done(operator.getSnapshot())
    }
    const stop = operator.subscribe(look)
    look()
  })
}

type Answer = (reply: unknown) => void

describe('connectOperator', () => {
  it('lists at once, and says which token is wrong', async () => {
    const peer = await startPeer((socket) =>
      socket.on('list', (_: unknown, done: Answer) => done(accept({ federations: [] }))),
    )
    const right = connect(peer.origin)
    expect((await until(right, ({ federations }) => federations !== undefined)).federations).toEqual([])
    const wrong = connect(peer.origin, 'wrong')
    const { connection } = await until(wrong, (snapshot) => snapshot.connection.state === 'refused')
    expect(connection).toEqual({ state: 'refused', refusal: { code: 'unauthorised', message: 'wrong token' } })
  })

  it('says that no coordinator is there', async () => {
    const peer = await startPeer(() => {})
    await peer.close()
    const operator = connect(peer.origin)
    await until(operator, ({ connection }) => connection.state === 'unreachable')
    await expect(operator.command('start', { federation: 'fed-one' })).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('watches again what it watched when a restarted coordinator is back', async () => {
    const serve = (answerWatch: (request: unknown) => unknown) => (socket: Socket) => {
      socket.on('list', (_: unknown, done: Answer) => done(accept({ federations: [] })))
      socket.on('watch', (request: unknown, done: Answer) => done(answerWatch(request)))
    }
    const first = await startPeer(serve(() => accept({ federation: null, rounds: [], events: [] })))
    const operator = connect(first.origin)
    operator.watch('fed-one')
    await until(operator, ({ federations }) => federations !== undefined)
    await first.close()
    await until(operator, ({ connection }) => connection.state === 'reconnecting')
    const gone = refuse('unknown-federation', 'No such federation.')
    await startPeer(
      serve((request) => {
        expect(request).toEqual({ federation: 'fed-one' })
        return gone
      }),
      first.port,
    )
    const { watched } = await until(operator, (snapshot) => snapshot.watched?.state === 'refused')
    expect(watched).toMatchObject({ federation: 'fed-one', refusal: { code: 'unknown-federation' } })
  })

  it('hands refusals on as values and does not trust an answer of another shape', async () => {
    const peer = await startPeer((socket) => {
      socket.on('list', (_: unknown, done: Answer) => done(accept({ federations: [] })))
      socket.on('start', (_: unknown, done: Answer) => done(accept({})))
      socket.on('pause', (_: unknown, done: Answer) => done(refuse('wrong-state', 'Nothing runs.')))
      socket.on('invite', (_: unknown, done: Answer) => done(accept({ path: 7 })))
    })
    const operator = connect(peer.origin)
    await until(operator, ({ connection }) => connection.state === 'connected')
    const federation = 'fed-one'
    expect(await operator.command('start', { federation })).toEqual(accept({}))
    expect(await operator.command('pause', { federation })).toEqual(refuse('wrong-state', 'Nothing runs.'))
    await expect(operator.command('invite', { federation, label: 'Station', hours: 1 })).rejects.toMatchObject({
      code: 'unexpected-answer',
    })
  })

  it('ends on a notice that it does not understand, instead of showing what may be wrong', async () => {
    const peer = await startPeer((socket) => {
      socket.on('list', (_: unknown, done: Answer) => done(accept({ federations: [] })))
      socket.emit('federations', [{ id: 'fed-one' }])
    })
    const { connection } = await until(connect(peer.origin), (snapshot) => snapshot.connection.state === 'refused')
    expect(connection).toMatchObject({ refusal: { code: 'unsupported-version' } })
  })
})

describe('files by HTTP', () => {
  it('are sent with the token; what fails is a refusal or an error that says why', async () => {
    const peer = await startPeer(() => {})
    const file = new Uint8Array([1, 2, 3])
    expect(await connect(peer.origin).uploadModel(file)).toEqual(accept({ sha256: 'b'.repeat(64), bytes: 3 }))
    expect(await connect(peer.origin, 'wrong').uploadModel(file)).toMatchObject({ refusal: { code: 'unauthorised' } })
    const download = await connect(peer.origin).exportRun('fed-one', 'csv')
    expect(download.ok && download.value.size).toBeGreaterThan(0)
    await peer.close()
    await expect(connect(peer.origin).downloadModel('c'.repeat(64))).rejects.toMatchObject({ code: 'unreachable' })
  })
})
