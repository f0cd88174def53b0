import * as v from 'valibot'

/** Every reason for which a message can be refused. SPEC.md says for each what the sender should do. */
export const refusalCodes = [
  'malformed',
  'unsupported-version',
  'too-large',
  'too-fast',
  'unauthorised',
  'unknown-federation',
  'federation-ended',
  'bad-token',
  'expired-token',
  'revoked-token',
  'bad-proof',
  'excluded',
  'not-joined',
  'replaced',
  'unknown-round',
  'not-in-cohort',
  'late-update',
  'duplicate-update',
  'wrong-header',
  'wrong-chunk',
  'incomplete-update',
  'bad-signature',
  'unreadable-update',
  'wrong-layout',
  'wrong-state',
  'no-public-set',
  'not-found',
  'internal',
] as const
export type RefusalCode = (typeof refusalCodes)[number]

export const Refusal = v.object({ code: v.picklist(refusalCodes), message: v.pipe(v.string(), v.maxLength(500)) })
export type Refusal = v.InferOutput<typeof Refusal>

/** What every acknowledged message is answered with. */
export type Reply<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }

export const reply = <Schema extends v.GenericSchema>(value: Schema) =>
  v.variant('ok', [v.object({ ok: v.literal(true), value }), v.object({ ok: v.literal(false), refusal: Refusal })])

export const accept = <Value>(value: Value): Reply<Value> => ({ ok: true, value })
export const refuse = (code: RefusalCode, message: string): Reply<never> => ({ ok: false, refusal: { code, message } })

/** Parses a message. A malformed one becomes a refusal that names the first field at fault, never its content. */
export function parse<Schema extends v.GenericSchema>(schema: Schema, message: unknown): Reply<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, message, { abortEarly: true, abortPipeEarly: true })
  if (result.success) return accept(result.output)
  const path = v.getDotPath(result.issues[0])
  return refuse(
    'malformed',
    path ? `field '${path}' is not as the protocol says` : 'the message is not as the protocol says',
  )
}
