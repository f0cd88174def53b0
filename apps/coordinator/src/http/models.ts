import type { Params } from '@passerby/federation'
import { type Reply, Sha256, accept, decodeSafetensors, paths, refuse } from '@passerby/protocol'
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import { addToSession } from '../run/apply.ts'
import type { Surroundings } from '../run/core.ts'
import type { Runs } from '../run/runs.ts'
import { modelsOf } from '../run/server-state.ts'
import { storeModelRow } from '../store/models.ts'
import type { OperatorOnly } from './operator-only.ts'
import { refused, sendRefusal } from './refusals.ts'

/** An initial model may be this large. */
const UPLOAD_LIMIT_BYTES = 256 * 1024 * 1024
const UPLOAD_TYPE = 'application/octet-stream'

const Query = v.object({ client: v.optional(v.string()) })

export function serveModels(
  app: FastifyInstance,
  { around, runs, operatorOnly }: { around: Surroundings; runs: Runs; operatorOnly: OperatorOnly },
): void {
  const { blobs, db, metrics, models, now } = around

  app.get<{ Params: { file: string } }>(`/api/models/:file`, async (request, answer) => {
    const sha256 = v.safeParse(Sha256, request.params.file.replace(/\.safetensors$/, ''))
    const blob = sha256.success ? await blobs.open(sha256.output) : undefined
    const row = sha256.success ? await models.find(sha256.output) : undefined
    if (!blob || !row) return sendRefusal(answer, refused('not-found', 'There is no model of that hash.'))
    const query = v.safeParse(Query, request.query)
    countDownload(runs, {
      sha256: row.sha256,
      bytes: blob.bytes,
      client: query.success ? query.output.client : undefined,
    })
    metrics.bytes.inc({ direction: 'down', kind: 'model' }, blob.bytes)
    return answer
      .headers({
        'content-type': UPLOAD_TYPE,
        'content-length': blob.bytes,
        'content-disposition': `attachment; filename="${row.name}.safetensors"`,
        'cache-control': 'public, max-age=31536000, immutable',
        etag: `"${row.sha256}"`,
      })
      .send(blob.stream())
  })

  void app.register(async (inner) => {
    inner.addContentTypeParser(UPLOAD_TYPE, { parseAs: 'buffer', bodyLimit: UPLOAD_LIMIT_BYTES }, (_, body, done) =>
      done(null, body),
    )
    const limits = { onRequest: operatorOnly, bodyLimit: UPLOAD_LIMIT_BYTES }
    inner.put(paths.uploadModel, limits, async (request, answer) => {
      const { body } = request
      if (!(body instanceof Uint8Array))
        return sendRefusal(answer, refused('malformed', `Send a safetensors file as ${UPLOAD_TYPE}.`))
      const model = checkModel(body)
      if (!model.ok) return sendRefusal(answer, model.refusal)
      const { durable, ...blob } = await blobs.put(body)
      await durable
      const name = `passerby-${blob.sha256.slice(0, 8)}`
      await storeModelRow(db, { ...blob, layout: model.value.layout, name, createdAt: now() })
      return blob
    })
  })
}

/** A model that a federation could start from. */
function checkModel(file: Uint8Array): Reply<Params> {
  try {
    const { params } = decodeSafetensors(file)
    if (params.values.length === 0) return refuse('malformed', 'The model holds no parameters.')
    if (!params.values.every(Number.isFinite)) return refuse('malformed', 'The model holds a value that is not finite.')
    return accept(params)
  } catch (error) {
    if (error instanceof RangeError) return refuse('malformed', error.message.slice(0, 500))
    throw error
  }
}

/** Put to the account of the client that the address names, else of the first federation that uses the model now. */
function countDownload(
  runs: Runs,
  { sha256, bytes, client }: { readonly sha256: string; readonly bytes: number; readonly client: string | undefined },
): void {
  const using = runs.all().filter((core) => modelsOf(core.kept).some((model) => model.sha256 === sha256))
  const core = using.find(({ members }) => client !== undefined && members.has(client)) ?? using.at(0)
  if (!core) return
  addToSession(core, { up: 0, down: bytes })
  const member = client === undefined ? undefined : core.members.get(client)
  if (member) member.bytesDown += bytes
}
