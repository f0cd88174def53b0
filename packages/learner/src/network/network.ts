import { countParameters, embeddingSize, parametersOf } from '@passerby/backbones'
import type { Backbone, ImageSize, Parameter, StepPlan } from '@passerby/backbones'
import type { Session, SessionOptions } from './session.ts'

/** A backbone that can be put to work on the backend that is current when it is opened. */
export interface Network {
  readonly backbone: Backbone
  /** The order of the flat buffers: all weights, then all statistics. */
  readonly parameters: readonly Parameter[]
  /** Values of each part of the flat buffer, and in one embedding. */
  readonly sizes: { readonly weights: number; readonly statistics: number; readonly embedding: number }
  /** Throws `RangeError` when the parameters are not as many as the backbone has. Dispose the session. */
  open(options: SessionOptions): Session
  /** The largest batch of such images, up to `most`, for which there is memory. Throws `LearnerError` ('out-of-memory'). */
  largestBatch(images: ImageSize, most: number): number
  /** What a training step will do, where it is planned: undefined where TensorFlow.js runs it. */
  stepPlan(images: { readonly batch: number; readonly height: number; readonly width: number }): StepPlan | undefined
}

/** What every executor's network says of itself. Throws `RangeError` when two batch norms share their statistics. */
export function describeNetwork(backbone: Backbone): Pick<Network, 'backbone' | 'parameters' | 'sizes'> {
  const parameters = parametersOf(backbone)
  const { weight, statistic } = countParameters(backbone)
  const batchNorms = backbone.nodes.filter((node) => node.op === 'batchNorm').length
  const statistics = parameters.filter((one) => one.role === 'statistic').length
  if (2 * batchNorms !== statistics) throw new RangeError('describeNetwork: two batch norms share their statistics')
  return {
    backbone,
    parameters,
    sizes: { weights: weight, statistics: statistic, embedding: embeddingSize(backbone) },
  }
}

/** Throws `RangeError` unless flat parameters are as many as the network has. */
export function refuseOtherParameters(
  { backbone, sizes }: Pick<Network, 'backbone' | 'sizes'>,
  flat: Float32Array,
): void {
  const expected = sizes.weights + sizes.statistics
  if (flat.length === expected) return
  throw new RangeError(`open: ${flat.length} values for '${backbone.name}', which has ${expected}`)
}
