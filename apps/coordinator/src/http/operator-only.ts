import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OperatorCheck } from '../operator/access.ts'
import { sendRefusal } from './refusals.ts'

/** Lets only requests with the operator's token pass; before their body is read. */
export type OperatorOnly = (request: FastifyRequest, answer: FastifyReply) => Promise<FastifyReply | undefined>

export function operatorOnly(check: OperatorCheck): OperatorOnly {
  return async (request, answer) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    const reply = await check(token, request.ip)
    return reply.ok ? undefined : sendRefusal(answer, reply.refusal)
  }
}
