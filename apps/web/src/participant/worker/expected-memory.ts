import { countParameters, inferShapes, type Backbone, type ImageSize } from '@passerby/backbones'

/** Bytes of one float32. */
const FLOAT = 4
/** Parameters, their gradient, momentum, and the download that they are compared with. */
const PARAMETER_COPIES = 4
/** Forward activations are kept for the backward pass, which makes as many again. */
const ACTIVATION_COPIES = 2

/** About how many bytes training takes: every activation of a batch twice, every parameter four times. */
export function expectedMemory(backbone: Backbone, batch: ImageSize & { readonly batchSize: number }): number {
  const shapes = [...inferShapes(backbone, batch).values()]
  const activations = shapes.reduce((sum, { height, width, channels }) => sum + height * width * channels, 0)
  const { weight, statistic } = countParameters(backbone)
  return FLOAT * (ACTIVATION_COPIES * batch.batchSize * activations + PARAMETER_COPIES * (weight + statistic))
}
