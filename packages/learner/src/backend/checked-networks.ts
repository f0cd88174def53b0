/**
 * What the self-check trains: `tiny`, and a network as wide as those that do the real work, on enough pixels that every
 * shader has its turn, those for tiles and for chunks of rows too. Every kind of node is in one of them.
 */
import { backboneByName, drawBackbone, IMAGES as INPUT, type Backbone } from '@passerby/backbones'

export const IMAGES = { batch: 6, height: 32, width: 16 }

const CHANNELS = 64

const wide = drawBackbone('wide', (graph) => {
  const normalise = (name: string, input: string) => graph.batchNorm(`${name}.bn`, input)
  const activate = (op: 'relu' | 'relu6', name: string, input: string) =>
    graph.activate(op, `${name}.relu`, normalise(name, input))
  const dense = { channels: CHANNELS, kernel: 3 }
  const stem = activate('relu', 'conv1', graph.conv('conv1', INPUT, dense))
  const light = graph.depthwise('conv2.2', graph.conv('conv2.1', stem, { channels: CHANNELS }), dense)
  const sum = graph.add('conv2', [normalise('conv2', light), stem])
  const halved = activate('relu6', 'conv2.3', graph.depthwise('conv2.3', sum, { ...dense, stride: 2 }))
  const pooled = graph.pool('averagePool', 'pool', { input: halved, kernel: 2, stride: 2 })
  const body = activate('relu', 'conv3', graph.conv('conv3', pooled, dense))
  const mixed = graph.activate('relu', 'conv4.relu', graph.conv('conv4', body, { channels: CHANNELS, bias: true }))
  const narrow = normalise('conv5', graph.conv('conv5', mixed, { channels: CHANNELS / 2, kernel: 3 }))
  normalise('fc', graph.linear('fc', graph.generalisedMeanPool('mean', narrow), CHANNELS))
})

export const CHECKED = { tiny: backboneByName('tiny', 16), wide } satisfies Readonly<Record<string, Backbone>>
