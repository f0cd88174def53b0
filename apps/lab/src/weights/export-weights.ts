import { backboneByName } from '@passerby/backbones'
import { encodeSafetensors } from '@passerby/protocol'
import { encodeGraphModel, encodeOnnx, ONNX_OPSET, pytorchParams } from '@passerby/weights'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { LabError } from '../errors.ts'
import type { Size } from '../settings/arguments.ts'
import { refuseToReplace } from '../work/files.ts'
import { openModel } from '../work/model-choice.ts'

/** ReID's usual size, where neither the model file nor a flag tells one. */
const USUAL_SIZE: Size = { height: 256, width: 128 }

/** Writes one of our models for other tools, by the ending of `to`. Returns what there is to say. Throws `LabError`. */
export async function exportWeights(
  model: string,
  { to, size, force = false }: { readonly to: string; readonly size: Size | undefined; readonly force?: boolean },
): Promise<string> {
  await refuseToReplace([to], force)
  const opened = await openModel(model)
  const backbone = backboneByName(opened.choice.backbone, opened.choice.embedding)
  const { values } = opened.backbone
  const images = size ?? opened.size ?? USUAL_SIZE
  const told = `${backbone.name} for ${images.height}×${images.width}`
  switch (extname(to)) {
    case '.onnx':
      await writeInto(dirname(to), { [to]: encodeOnnx(backbone, values, { images }) })
      return `${to}: ${told}, ONNX opset ${ONNX_OPSET}; feed 'images' [batch, 3, height, width], RGB by ImageNet's mean and deviation`
    case '.safetensors': {
      const metadata = { backbone: backbone.name, layout: 'pytorch' }
      await writeInto(dirname(to), { [to]: encodeSafetensors(pytorchParams(backbone, values), metadata) })
      return `${to}: ${told} as a PyTorch state dict (kernels OIHW)`
    }
    case '': {
      const files = Object.entries(encodeGraphModel(backbone, values, { images }))
      await writeInto(to, Object.fromEntries(files.map(([name, bytes]) => [join(to, name), bytes])))
      return `${join(to, 'model.json')}: ${told}, for tf.loadGraphModel; feed 'images' [batch, height, width, 3], RGB by ImageNet's mean and deviation`
    }
    default:
      throw new LabError('unusable', `--to ${to}: end it in .onnx or .safetensors, or name a folder for TensorFlow.js`)
  }
}

async function writeInto(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [path, bytes] of Object.entries(files)) await writeFile(path, bytes)
}
