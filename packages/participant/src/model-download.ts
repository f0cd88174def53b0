import { hex, sha256, utf8 } from '@passerby/privacy'
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

export interface DownloadWatch {
  readonly signal: AbortSignal
  readonly onProgress?: (fraction: number) => void
}

export type ModelSource = ReturnType<typeof createModelSource>

/** Which file. */
type ModelFile = Pick<NamedModel, 'sha256' | 'bytes'>

/**
 * Fetches models and checks file and layout against the signed hashes. The last one stays in memory, since a client
 * measures a model and then trains from the same; each answer has values of its own, to be given away.
 */
export function createModelSource(egress: Egress, life: AbortSignal) {
  let last: { readonly sha256: string; readonly params: Params } | undefined
  let ahead: { readonly sha256: string; readonly file: Promise<Uint8Array | undefined> } | undefined

  /** Goes on trying while the coordinator is away. Rejects with `ParticipantError`, or with the signal's reason. */
  async function download(model: NamedModel, watch: DownloadWatch): Promise<Params> {
    const fetched = ahead?.sha256 === model.sha256 ? await ahead.file : undefined
    ahead = undefined
    watch.signal.throwIfAborted()
    const file = fetched ?? (await patiently(watch.signal, () => fetchModel(egress, model, watch)))
    const { params } = decodeSafetensors(file)
    const layout = hex(await sha256(utf8(canonicalLayout(params.layout))))
    if (layout !== model.layout)
      throw new ParticipantError('wrong-model', 'The model has not the layout it was signed with.')
    last = { sha256: model.sha256, params }
    return params
  }

  return {
    async load(model: NamedModel, watch: DownloadWatch): Promise<Params> {
      const { layout, values } = last?.sha256 === model.sha256 ? last.params : await download(model, watch)
      return { layout, values: values.slice() }
    },
    /** Fetches a file that will be asked for soon (R10). What fails is fetched again when it is needed. */
    fetchAhead({ sha256, bytes }: ModelFile): void {
      const file = fetchModel(egress, { sha256, bytes }, { signal: life }).catch(() => undefined)
      ahead = { sha256, file }
    },
  }
}

/** The file alone, checked against its hash. */
export async function fetchModel(
  egress: Egress,
  model: ModelFile,
  { signal, onProgress }: DownloadWatch,
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
