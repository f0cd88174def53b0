import { type Reply, Refusal, UploadedModel, accept, paths } from '@passerby/protocol'
import { parse } from '@passerby/protocol'
import { OperatorError } from './errors.ts'

/** Where a coordinator is and who asks. */
export interface CoordinatorAddress {
  /** Scheme, host and port, without a path. */
  readonly origin: string
  readonly token: string
}

/** Uploads a safetensors file. Throws `OperatorError` when the coordinator cannot be reached or answers nonsense. */
export async function putModel(
  at: CoordinatorAddress,
  file: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Reply<UploadedModel>> {
  const answer = await call(at, paths.uploadModel, {
    method: 'PUT',
    body: file,
    headers: { 'content-type': 'application/octet-stream' },
    ...(signal && { signal }),
  })
  if (!answer.ok) return refusalOf(answer)
  return understood(parse(UploadedModel, await json(answer)))
}

/** Downloads what is at one of the coordinator's `paths`. Throws `OperatorError` as `putModel` does. */
export async function getFile(at: CoordinatorAddress, path: string, signal?: AbortSignal): Promise<Reply<Blob>> {
  const answer = await call(at, path, signal ? { signal } : {})
  return answer.ok ? accept(await answer.blob()) : refusalOf(answer)
}

async function call(at: CoordinatorAddress, path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${at.token}`)
  try {
    return await fetch(new URL(path, at.origin), { ...init, headers })
  } catch (cause) {
    init.signal?.throwIfAborted()
    throw new OperatorError('unreachable', `No answer from ${at.origin}: check that the coordinator runs.`, { cause })
  }
}

async function refusalOf(answer: Response): Promise<Reply<never>> {
  const refusal = parse(Refusal, await json(answer))
  if (refusal.ok) return { ok: false, refusal: refusal.value }
  throw new OperatorError('unexpected-answer', `The coordinator answered HTTP ${answer.status} without a reason.`)
}

async function json(answer: Response): Promise<unknown> {
  try {
    return await answer.json()
  } catch (cause) {
    throw new OperatorError('unexpected-answer', `HTTP ${answer.status} came without JSON: is this a coordinator?`, {
      cause,
    })
  }
}

/** An answer that its own schema refuses is no refusal by the coordinator. */
export function understood<Value>(parsed: Reply<Value>): Reply<Value> {
  if (parsed.ok) return parsed
  throw new OperatorError(
    'unexpected-answer',
    `The coordinator's answer differs in version: ${parsed.refusal.message}.`,
  )
}
