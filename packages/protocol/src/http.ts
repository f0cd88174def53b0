import * as v from 'valibot'
import { Base64Url, Sha256, Signed, positive } from './wire-types.ts'

/**
 * HTTP paths. `card`, `model`, `publicSet` and `health` are public: whoever knows a federation's name may read its card and the model that it
 * names. The others take the operator's token as `Authorization: Bearer`. Whatever fails is answered with a `Refusal` as JSON.
 */
export const paths = {
  /** With a client's id, the card names the newest model of that client. */
  card: (federation: string, client?: string) =>
    `/api/federations/${federation}/card${client === undefined ? '' : `?client=${client}`}`,
  model: (sha256: string) => `/api/models/${sha256}.safetensors`,
  /** A public set's bytes, as the signed round configuration names them. */
  publicSet: (sha256: string) => `/api/public-sets/${sha256}`,
  /** PUT a safetensors file; answers `{ sha256, bytes }`. */
  uploadModel: '/api/models',
  exportJson: (federation: string) => `/api/federations/${federation}/export.json`,
  exportCsv: (federation: string) => `/api/federations/${federation}/export.csv`,
  join: (federation: string) => `/join/${federation}`,
  health: '/api/health',
  metrics: '/metrics',
} as const

/** The answer of `card`: a chain from the root that the join link names, and the signed card. */
export const CardAnswer = v.object({ root: Base64Url, certificate: Signed, card: Signed })
export type CardAnswer = v.InferOutput<typeof CardAnswer>

/** The answer of `uploadModel`. */
export const UploadedModel = v.object({ sha256: Sha256, bytes: positive(2 ** 31) })
export type UploadedModel = v.InferOutput<typeof UploadedModel>
