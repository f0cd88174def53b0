import { hex, sha256 } from '@passerby/privacy'
import { canonicalLayout } from '@passerby/federation'
import type { Params } from '@passerby/federation'
import { decodeSafetensors, paths } from '@passerby/protocol'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import { patiently } from './patience.ts'

/** A model as a signed statement names it. */
export interface NamedModel {
  readonly sha256: string
  readonly bytes: number
  /** SHA-256 of the canonical text of its layout. */
  readonly layout: string
}

/**
 * Fetches a model and checks file and layout against the signed hashes. Goes on trying while the coordinator cannot
 * be reached. Rejects with `ParticipantError` `wrong-model`, or with the signal's reason.
 */
export async function downloadModel(
  egress: Egress,
  model: NamedModel,
  watch: { readonly signal: AbortSignal; readonly onProgress?: (fraction: number) => void },
): Promise<Params> {
  const file = await patiently(watch.signal, () => fetchModel(egress, model, watch))
  const { params } = decodeSafetensors(file)
  const layout = hex(await sha256(new TextEncoder().encode(canonicalLayout(params.layout))))
  if (layout !== model.layout)
    throw new ParticipantError('wrong-model', 'The model has not the layout it was signed with.')
  return params
}

/** The file alone, checked against its hash. */
export async function fetchModel(
  egress: Egress,
  model: { readonly sha256: string; readonly bytes: number },
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress?: (fraction: number) => void },
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await egress.get(paths.model(model.sha256), {
    limit: model.bytes,
    signal,
    onProgress: (bytes) => onProgress?.(bytes / Math.max(1, model.bytes)),
  })
  if (hex(await sha256(file)) !== model.sha256)
    throw new ParticipantError('wrong-model', 'The model that came is not the one that was signed.')
  return file
}
