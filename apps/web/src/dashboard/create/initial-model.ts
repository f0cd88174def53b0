import { backboneByName, initialise } from '@passerby/backbones'
import { type Params, params } from '@passerby/federation'
import { type FederationSettings, decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { layoutOf } from './backbone-cost.ts'
import { type CheckpointFit, fitCheckpoint } from './checkpoint-fit.ts'

/** A checkpoint that the operator picked: its parameters, or why it is none. */
export type Checkpoint =
  | { readonly name: string; readonly params: Params }
  | { readonly name: string; readonly unreadable: string }

export async function readCheckpoint(file: File): Promise<Checkpoint> {
  try {
    return { name: file.name, params: decodeSafetensors(new Uint8Array(await file.arrayBuffer())).params }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { name: file.name, unreadable: error.message }
  }
}

type LocalSettings = FederationSettings['local']

/** Whether a checkpoint can be the initial model of a federation with these settings. */
export function fitOf(checkpoint: Params, local: Pick<LocalSettings, 'backbone' | 'embedding'>): CheckpointFit {
  return fitCheckpoint(checkpoint, layoutOf(backboneByName(local.backbone, local.embedding)))
}

/** The model that a federation starts from, as a file: a checkpoint's parameters, else PyTorch's defaults by the seed. */
export function initialModel(settings: FederationSettings, checkpoint: Params | undefined): Uint8Array<ArrayBuffer> {
  const { backbone: name, embedding } = settings.local
  const backbone = backboneByName(name, embedding)
  const origin = checkpoint ? 'checkpoint' : `seed ${settings.seed}`
  const start = checkpoint ?? params(layoutOf(backbone), initialise(backbone, settings.seed))
  return new Uint8Array(encodeSafetensors(start, { backbone: name, embedding: String(embedding), origin }))
}
