/**
 * A backbone is data: a graph of named nodes in an order in which every node follows its inputs. The network,
 * its parameter table, its cost and any executor's plan are made from this description and nothing else.
 *
 * Activations are NHWC. Every node has one output of `height × width × channels` per image; vectors are 1×1×C.
 */
export interface Backbone {
  readonly name: string
  /** Topological order; the last node's output is the embedding. */
  readonly nodes: readonly Node[]
  /** How first values are drawn: PyTorch's defaults, or normal by He et al. 2015 (`initialise.ts`). */
  readonly initialisation: 'uniform' | 'he'
}

/** The name under which nodes refer to the images: `height × width × 3`, RGB, normalised by the caller. */
export const IMAGES = 'images'

export type Node = Conv | BatchNorm | Linear | Activation | Pool | GlobalPool | Add | Gate
export type Op = Node['op']

interface Named {
  /** Unique in the backbone, in the style of torchreid's module paths. */
  readonly name: string
}

interface Parametric extends Named {
  /** Prefix of the parameter names. Nodes with the same prefix share their parameters. */
  readonly parameters: string
}

/** Square kernel, zero padding on all four sides, no dilation. */
export interface Conv extends Parametric {
  readonly op: 'conv' | 'depthwise'
  readonly input: string
  /** Output channels; a depthwise convolution has as many as its input. */
  readonly channels: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  readonly bias: boolean
}

/** Per channel over batch and space: gamma·(x − mean)/√(variance + 1e-5) + beta. */
export interface BatchNorm extends Parametric {
  readonly op: 'batchNorm'
  readonly input: string
}

/** Matrix product on vectors, with bias. */
export interface Linear extends Parametric {
  readonly op: 'linear'
  readonly input: string
  readonly channels: number
}

/** max(x, 0), for `relu6` at most 6: MobileNet's. */
export interface Activation extends Named {
  readonly op: 'relu' | 'relu6'
  readonly input: string
}

/** Padding never wins a maximum. Average pools are unpadded. */
export interface Pool extends Named {
  readonly op: 'maxPool' | 'averagePool'
  readonly input: string
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

/** A vector per image: the mean over space, or the generalised mean (mean of max(x, floor)^p)^(1/p) of each channel. */
export interface GlobalPool extends Named {
  readonly op: 'globalAveragePool' | 'generalisedMeanPool'
  readonly input: string
}

/** Sum of two or more inputs of one shape. */
export interface Add extends Named {
  readonly op: 'add'
  readonly inputs: readonly string[]
}

/**
 * Each channel times a factor in (0, 1) computed from all channels' means (squeeze and excitation, Hu et al. 2018):
 * x · sigmoid(relu(mean(x)·w1 + b1)·w2 + b2), its layers named `fc1` and `fc2` under `parameters`.
 */
export interface Gate extends Parametric {
  readonly op: 'gate'
  readonly input: string
  /** Values between the two layers. */
  readonly hidden: number
}

/** Added to the variance in batch normalisation: PyTorch's default. */
export const BATCH_NORM_EPSILON = 1e-5

/** Share of the newest batch in running statistics: PyTorch's default `momentum`. */
export const BATCH_NORM_MOMENTUM = 0.1

/** The generalised mean's p: 1 would be the mean, ∞ the maximum (Radenović et al. 2019, section 3.2, where it starts at 3). */
export const GENERALISED_MEAN_POWER = 3

/** What a generalised mean takes for smaller values: Radenović et al.'s, so that the root has a derivative. */
export const GENERALISED_MEAN_FLOOR = 1e-6

/** The names of the nodes that a node reads, in order. */
export function inputsOf(node: Node): readonly string[] {
  return node.op === 'add' ? node.inputs : [node.input]
}
