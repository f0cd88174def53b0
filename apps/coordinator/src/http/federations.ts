import { sign } from '@passerby/privacy'
import { type CardAnswer, type FederationCard, paths } from '@passerby/protocol'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { exportJson, toCsv } from '../operator/export.ts'
import { recordsOf } from '../operator/records.ts'
import { type RunCore, roundsDone, updateBytesIn } from '../run/core.ts'
import type { Runs } from '../run/runs.ts'
import { modelOf } from '../run/server-state.ts'
import { stateOf } from '../run/tasks.ts'
import type { OperatorOnly } from './operator-only.ts'
import { refused, sendRefusal } from './refusals.ts'

/** A federation's public card, and a run's export for its operator. */
export function serveFederations(
  app: FastifyInstance,
  { runs, operatorOnly }: { readonly runs: Runs; readonly operatorOnly: OperatorOnly },
): void {
  const onRequest = operatorOnly
  interface Route {
    Params: { federation: string }
    Querystring: { client?: unknown }
  }
  const withRun =
    (work: (core: RunCore, answer: FastifyReply, client: unknown) => Promise<unknown>) =>
    async (
      request: { readonly params: Route['Params']; readonly query: Route['Querystring'] },
      answer: FastifyReply,
    ) => {
      const core = runs.get(request.params.federation)
      if (core) return await work(core, answer, request.query.client)
      return sendRefusal(answer, refused('unknown-federation', 'This coordinator has no such federation.'))
    }

  app.get<Route>(
    paths.card(':federation'),
    withRun(async (core, answer, client) =>
      answer.header('cache-control', 'no-store').send(await cardOf(core, typeof client === 'string' ? client : '')),
    ),
  )
  app.get<Route>(
    paths.exportJson(':federation'),
    { onRequest },
    withRun(async (core, answer) => asFile(answer, core, 'json').send(await exportJson(core))),
  )
  app.get<Route>(
    paths.exportCsv(':federation'),
    { onRequest },
    withRun(async (core, answer) =>
      asFile(answer, core, 'csv')
        .type('text/csv; charset=utf-8')
        .send(toCsv(await recordsOf(core))),
    ),
  )
}

function asFile(answer: FastifyReply, core: RunCore, ending: string): FastifyReply {
  return answer.headers({
    'content-disposition': `attachment; filename="passerby-${core.id}.${ending}"`,
    'cache-control': 'no-store',
  })
}

/** What a person is told before joining, signed; the newest model is this client's, where it is in a group (rule R11). */
async function cardOf(core: RunCore, client: string): Promise<CardAnswer> {
  const { around, id, settings, kept } = core
  const card: FederationCard = {
    federation: id,
    name: settings.name,
    description: settings.description,
    state: stateOf(core),
    round: roundsDone(core),
    rounds: settings.rounds,
    strategy: settings.strategy,
    cohort: settings.cohort,
    local: settings.local,
    privacy: settings.privacy.mode,
    updateBytes: updateBytesIn(core),
    model: modelOf(kept, client),
  }
  const { chain, signing } = around.keys
  return { ...chain, card: await sign('card', card, signing.privateKey) }
}
