import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { clientId, createRoundKey, createSigningKey, exportPublicKey } from '@passerby/privacy'
import { EDGE_NAMESPACE } from '@passerby/protocol'
import type { RefusalCode } from '@passerby/protocol'
import { Server } from 'socket.io'
import { afterEach, expect, test } from 'vitest'
import { openEgress } from './egress.ts'
import { upload } from './upload.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A coordinator that refuses every update as it begins, and its chunks for not having begun. */
async function refusing(code: RefusalCode) {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'] })
  const received: string[] = []
  io.of(EDGE_NAMESPACE).on('connection', (socket) => {
    socket.onAny((event: string, ...parts: unknown[]) => {
      received.push(event)
      const refusal = { code: event === 'update.begin' ? code : 'wrong-chunk', message: `scripted ${event}` }
      const answer = parts.at(-1) as (reply: object) => void
      answer({ ok: false, refusal })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closers.push(() => io.close())
  const egress = openEgress({ origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` })
  closers.push(() => egress.close())
  await new Promise<void>((resolve) => {
    io.of(EDGE_NAMESPACE).on('connection', () => resolve())
    egress.connect({ onLost: () => undefined, onNotice: () => undefined })
  })
  return { egress, received }
}

test.each([1, 2, 3, 5])('a refused beginning is told before what it brings upon %i chunks', async (chunks) => {
  const { egress, received } = await refusing('wrong-header')
  const [round, identity] = await Promise.all([createRoundKey(), createSigningKey()])
  const hash = 'ab'.repeat(32)
  const context = {
    federation: 'north-gate',
    round: 1,
    session: 1,
    client: await clientId(await exportPublicKey(identity.publicKey)),
    config: hash,
    baseModel: hash,
    layout: hash,
    mode: 'sealed',
    kind: 'update',
  } as const
  const plaintext = new Uint8Array((chunks - 1) * 2 ** 18 + 5)
  const sealed = await egress.seal(context, plaintext, { round: round.publicKey, identity: identity.privateKey })
  expect(sealed.chunks).toHaveLength(chunks)
  const report = { images: 1, loss: 1, trainSeconds: 1 }
  const { signal } = new AbortController()
  const sent = upload(egress, { sealed, report }, { signal, fresh: true, onProgress: () => undefined })
  await expect(sent).rejects.toMatchObject({
    code: 'refused',
    message: 'The update was refused: scripted update.begin',
  })
  expect(received.filter((event) => event === 'update.begin')).toHaveLength(1)
})
