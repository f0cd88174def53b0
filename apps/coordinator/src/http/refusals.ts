import type { Refusal, RefusalCode } from '@passerby/protocol'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Log } from '../log.ts'

/** Whatever fails by HTTP is answered with a `Refusal` as JSON. */
const statusOf: Partial<Record<RefusalCode, number>> = {
  unauthorised: 401,
  'too-fast': 429,
  'too-large': 413,
  'not-found': 404,
  'unknown-federation': 404,
  internal: 500,
}

export function sendRefusal(answer: FastifyReply, refusal: Refusal): FastifyReply {
  return answer.code(statusOf[refusal.code] ?? 400).send(refusal)
}

export function refuseErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, _, answer) => {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    if (status === 413) return sendRefusal(answer, refused('too-large', 'The request is too large.'))
    if (typeof status === 'number' && status < 500)
      return sendRefusal(answer, refused('malformed', 'The request is not as the protocol says.'))
    log.error({ err: error }, 'a request failed')
    return sendRefusal(answer, refused('internal', 'Something is wrong at the coordinator; its log says what.'))
  })
  app.setNotFoundHandler((_, answer) => sendRefusal(answer, refused('not-found', 'There is nothing here.')))
}

export function refused(code: RefusalCode, message: string): Refusal {
  return { code, message }
}
