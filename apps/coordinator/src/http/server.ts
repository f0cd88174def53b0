import { paths } from '@passerby/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import type { OperatorCheck } from '../operator/access.ts'
import type { Surroundings } from '../run/core.ts'
import type { Runs } from '../run/runs.ts'
import { serveFederations } from './federations.ts'
import { securityHeaders, sendHeaders } from './headers.ts'
import { serveModels } from './models.ts'
import { operatorOnly as guard } from './operator-only.ts'
import { servePages } from './pages.ts'
import { servePublicSets } from './public-sets.ts'
import { refuseErrors } from './refusals.ts'

export interface HttpOptions {
  readonly around: Surroundings
  readonly runs: Runs
  readonly check: OperatorCheck
  /** Known when the server listens. */
  publicUrl(): string
  readonly webFolder: string
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined
}

/**
 * Everything that goes by HTTP; socket.io is attached to the same server. Not listening yet. Requests are not logged:
 * who asks for which model is nobody's business.
 */
export async function createHttp({ around, runs, check, ...options }: HttpOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    forceCloseConnections: true,
    ...(options.tls && { https: options.tls }),
  })
  const operatorOnly = guard(check)
  sendHeaders(app, () => securityHeaders(options.publicUrl()))
  refuseErrors(app, around.log)
  serveModels(app, { around, runs, operatorOnly })
  servePublicSets(app, { around, runs })
  serveFederations(app, { runs, operatorOnly })
  app.get(paths.health, async (_, answer) => answer.header('cache-control', 'no-store').send({ status: 'ok' }))
  app.get(paths.metrics, { onRequest: operatorOnly }, async (_, answer) => {
    const { registry } = around.metrics
    return answer.type(registry.contentType).send(await registry.metrics())
  })
  await servePages(app, options.webFolder)
  return app
}
