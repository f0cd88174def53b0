import {
  type FederationSettingsInput,
  type OperatorReplies,
  type OperatorRequests,
  type Reply,
  OPERATOR_NAMESPACE,
  paths,
} from '@passerby/protocol'
import { io } from 'socket.io-client'

type Answer<Event extends keyof OperatorRequests> = Event extends keyof OperatorReplies
  ? OperatorReplies[Event]
  : object

/** An operator on a raw socket. */
export interface ScriptedOperator {
  ask<Event extends keyof OperatorRequests>(event: Event, request: unknown): Promise<Reply<Answer<Event>>>
  /** As `ask`; a refusal is an error. */
  must<Event extends keyof OperatorRequests>(event: Event, request: OperatorRequests[Event]): Promise<Answer<Event>>
  upload(file: Uint8Array): Promise<string>
  /** Uploads the model, creates the federation and invites to it. */
  prepare(
    settings: FederationSettingsInput,
    model: Uint8Array,
  ): Promise<{ readonly federation: string; readonly token: string }>
  get(path: string): Promise<Response>
  onNotice(listener: (event: string, notice: unknown) => void): void
  close(): void
}

/** `ca`: the certificate to trust, in PEM. */
export async function scriptedOperator(url: string, token: string, ca?: Buffer): Promise<ScriptedOperator> {
  const options = { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false }
  const socket = io(url + OPERATOR_NAMESPACE, { ...options, ...(ca && { ca: ca.toString() }) })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const headers = { authorization: `Bearer ${token}` }
  const operator: ScriptedOperator = {
    ask: async (event, request) => (await socket.timeout(30_000).emitWithAck(event, request)) as never,
    async must(event, request) {
      const reply = await operator.ask(event, request)
      if (!reply.ok) throw new Error(`${event}: ${reply.refusal.code}: ${reply.refusal.message}`)
      return reply.value
    },
    async upload(file) {
      const answer = await fetch(url + paths.uploadModel, {
        method: 'PUT',
        body: new Blob([Buffer.from(file)]),
        headers: { ...headers, 'content-type': 'application/octet-stream' },
      })
      if (!answer.ok) throw new Error(`upload: ${await answer.text()}`)
      return ((await answer.json()) as { sha256: string }).sha256
    },
    async prepare(settings, file) {
      const model = await operator.upload(file)
      const created = await operator.must('create', { settings: settings as never, model })
      const { path } = await operator.must('invite', { federation: created.federation, label: 'test', hours: 1 })
      return { federation: created.federation, token: new URLSearchParams(path.split('#')[1]).get('t') ?? '' }
    },
    get: (path) => fetch(url + path, { headers }),
    onNotice: (listener) => void socket.onAny((event: string, notice: unknown) => listener(event, notice)),
    close: () => void socket.disconnect(),
  }
  return operator
}
