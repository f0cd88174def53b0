import { Sha256, paths } from '@passerby/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import { addToSession } from '../run/apply.ts'
import type { Surroundings } from '../run/core.ts'
import type { Runs } from '../run/runs.ts'
import { refused, sendRefusal } from './refusals.ts'

/** Public sets that a federation names, and no other blob (rule P6). */
export function servePublicSets(
  app: FastifyInstance,
  { around, runs }: { readonly around: Surroundings; readonly runs: Runs },
): void {
  app.get<{ Params: { sha256: string } }>(paths.publicSet(':sha256'), async (request, answer) => {
    const sha256 = v.safeParse(Sha256, request.params.sha256)
    const named = runs.all().find(({ publicSet }) => sha256.success && publicSet?.sha256 === sha256.output)
    const blob = named?.publicSet ? await around.blobs.open(named.publicSet.sha256) : undefined
    if (!named || !blob) return sendRefusal(answer, refused('not-found', 'There is no public set of that hash.'))
    addToSession(named, { up: 0, down: blob.bytes })
    around.metrics.bytes.inc({ direction: 'down', kind: 'public-set' }, blob.bytes)
    return answer
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': blob.bytes,
        'cache-control': 'public, max-age=31536000, immutable',
        etag: `"${named.publicSet?.sha256}"`,
      })
      .send(blob.stream())
  })
}
