/** Which backbone a model file is of, and at which size it was trained. */
import { backboneNames, isBackboneName } from '@passerby/backbones'
import { type Params, sameLayout } from '@passerby/federation'
import { LabError } from '../errors.ts'
import { type Size, size } from '../settings/arguments.ts'
import { importAdvice } from './foreign.ts'
import { type BackboneChoice, fitted, layoutOf, readModel } from './models.ts'

export interface OpenedModel {
  readonly choice: BackboneChoice
  readonly backbone: Params
  /** Input size that the file tells. */
  readonly size: Size | undefined
}

/** Reads a model and recognises its backbone by the parameters themselves, and by the name in the file. Throws `LabError` when it is none of ours. */
export async function openModel(file: string): Promise<OpenedModel> {
  const { params, metadata, bytes } = await readModel(file)
  const embedding =
    params.layout.findLast((spec) => spec.role === 'weight' && spec.shape.length === 1)?.shape.at(0) ?? 0
  for (const backbone of namesToTry(metadata.backbone)) {
    const choice = { backbone, embedding }
    if (!sameLayout(layoutOf(choice), params.layout)) continue
    const told = metadata.input
    return { choice, backbone: fitted(params, layoutOf(choice), file), size: told ? size(told) : undefined }
  }
  const advice = importAdvice(file, bytes)
  throw new LabError(
    'unusable',
    `${file} is a model of none of ${backboneNames.join(', ')}${advice ? `; ${advice}` : ''}`,
  )
}

/** The network that a file names before all others: variants may have the same parameters and give other embeddings. */
function namesToTry(told: string | undefined): readonly string[] {
  const names = [...backboneNames, ...backboneNames.map((name) => `${name}+bnneck`)]
  return told !== undefined && isBackboneName(told) ? [told, ...names] : names
}
