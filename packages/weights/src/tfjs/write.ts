/**
 * A backbone with its parameters as a TensorFlow.js graph model, for `tf.loadGraphModel`: input `images` `[batch, height, width, 3]`
 * normalised as `userDefinedMetadata` says, output `embeddings` `[batch, embedding]`, neither mirrored nor of length 1.
 */
import { type Backbone, embeddingSize, IMAGES } from '@passerby/backbones'
import type { ExportOptions } from '../export-options.ts'
import { bytesOf, heldParameters } from '../flat-parameters.ts'
import { imagesTold } from '../normalisation.ts'
import { drawGraph, type GraphConstant, type GraphNode } from './draw.ts'

/** Files by name, to be written into one folder. */
export interface GraphModelFiles {
  readonly 'model.json': Uint8Array
  readonly 'weights.bin': Uint8Array
}

const EMBEDDINGS = 'embeddings'

/** Throws `RangeError` when the values are not as many as the backbone has. */
export function encodeGraphModel(backbone: Backbone, flat: Float32Array, { images }: ExportOptions): GraphModelFiles {
  const embedding = embeddingSize(backbone)
  const { nodes, constants } = drawGraph(backbone, EMBEDDINGS, embedding)
  const parameters = heldParameters(backbone, flat).map(({ parameter: { name, shape }, values }) => ({
    // A linear layer is a 1×1 convolution here.
    spec: { name, shape: shape.length === 2 ? [1, 1, ...shape] : shape, dtype: 'float32' },
    bytes: bytesOf(values),
  }))
  const held = [
    ...parameters,
    ...[...constants].map(([name, constant]) => ({
      spec: { name, shape: constant.shape, dtype: constant.type },
      bytes: constantBytes(constant),
    })),
  ]
  const model = {
    format: 'graph-model',
    generatedBy: 'passerby',
    convertedBy: null,
    userDefinedMetadata: { backbone: backbone.name, embedding: String(embedding), ...imagesTold(images) },
    signature: {
      inputs: { [IMAGES]: tensorInfo(IMAGES, [-1, images.height, images.width, 3]) },
      outputs: { [EMBEDDINGS]: tensorInfo(EMBEDDINGS, [-1, embedding]) },
    },
    modelTopology: {
      node: [...held.map(({ spec }) => constantNode(spec.name, spec.dtype)), ...nodes],
      library: {},
      versions: { producer: 1 },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: held.map(({ spec }) => spec) }],
  }
  return {
    'model.json': new TextEncoder().encode(JSON.stringify(model)),
    'weights.bin': joined(held.map(({ bytes }) => bytes)),
  }
}

function constantNode(name: string, dtype: string): GraphNode {
  return { name, op: 'Const', input: [], attr: { dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' } } }
}

function tensorInfo(name: string, sizes: readonly number[]) {
  return { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) } }
}

function constantBytes({ type, values }: GraphConstant): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) {
    if (type === 'int32') view.setInt32(4 * index, value, true)
    else view.setFloat32(4 * index, value, true)
  }
  return bytes
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
