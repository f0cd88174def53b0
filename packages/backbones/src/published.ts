/** Counts that papers, model zoos and published code give, and the same counts of our descriptions: what shows that a description is the network. */
import { nodeCosts, type NodeCost } from './cost.ts'
import { backboneByName, DEFAULT_EMBEDDING } from './registry.ts'
import type { ImageSize } from './shapes.ts'

/** A number as it was printed: rounded to whole multiples of `digit`. */
export interface Figure {
  readonly value: number
  readonly digit: number
}

export interface Published {
  /** Name of the backbone, with options. */
  readonly backbone: string
  readonly source: string
  readonly images: ImageSize
  /** What the source counts after pooling: nothing, the embedding block with 512 values, or a classifier of so many classes. */
  readonly top: 'nothing' | 'embedding' | number
  /** Peculiarities of the source's counting, as a reader should know them. */
  readonly counts: readonly ('every use of a gate' | 'running statistics')[]
  readonly parameters?: Figure
  readonly multiplyAdds?: Figure
}

const IMAGENET = { images: { height: 224, width: 224 }, top: 1000, counts: [] } as const
const REID = { images: { height: 256, width: 128 }, counts: [] } as const
const OSNET = { ...REID, top: 'embedding', counts: ['every use of a gate'] } as const
const ZOO = 'torchreid model zoo'

export const PUBLISHED: readonly Published[] = [
  {
    ...OSNET,
    backbone: 'osnet_x0_25',
    source: 'torchreid',
    parameters: exactly(203_568),
    multiplyAdds: millions(82.3),
  },
  { ...OSNET, backbone: 'osnet_x0_5', source: ZOO, parameters: millions(0.6), multiplyAdds: millions(272.9) },
  { ...OSNET, backbone: 'osnet_x0_75', source: ZOO, parameters: millions(1.3), multiplyAdds: millions(571.8) },
  {
    ...OSNET,
    backbone: 'osnet_x1_0',
    source: 'torchreid',
    parameters: exactly(2_193_616),
    multiplyAdds: millions(978.9),
  },
  {
    ...IMAGENET,
    backbone: 'mobilenet_v2',
    source: 'torchvision, MobileNet_V2_Weights',
    parameters: exactly(3_504_872),
    multiplyAdds: { value: 301e6, digit: 1e6 },
  },
  { ...REID, backbone: 'mobilenet_v2', source: ZOO, top: 'nothing', parameters: millions(2.2) },
  {
    ...IMAGENET,
    backbone: 'mobilenet_v1',
    source: 'Howard et al. 2017, table 8',
    parameters: millions(4.2),
    multiplyAdds: { value: 569e6, digit: 1e6 },
  },
  {
    ...IMAGENET,
    backbone: 'mobilenet_v1',
    source: 'Keras applications',
    counts: ['running statistics'],
    parameters: exactly(4_253_864),
  },
  {
    ...IMAGENET,
    backbone: 'resnet18',
    source: 'torchvision, ResNet18_Weights',
    parameters: exactly(11_689_512),
    multiplyAdds: { value: 1_814e6, digit: 1e6 },
  },
  {
    ...IMAGENET,
    backbone: 'resnet50',
    source: 'torchvision, ResNet50_Weights',
    parameters: exactly(25_557_032),
    multiplyAdds: { value: 4_089e6, digit: 1e6 },
  },
  {
    ...REID,
    backbone: 'resnet50',
    source: ZOO,
    top: 'nothing',
    parameters: millions(23.5),
    multiplyAdds: { value: 2.7e9, digit: 1e8 },
  },
  { ...REID, backbone: 'resnet50', source: "FedReID's code", top: 'embedding', parameters: exactly(24_558_144) },
  {
    ...REID,
    backbone: 'resnet50+stride1',
    source: `${ZOO}, resnet50_fc512`,
    top: 'embedding',
    parameters: millions(24.6),
    multiplyAdds: { value: 4.1e9, digit: 1e8 },
  },
]

function exactly(value: number): Figure {
  return { value, digit: 1 }
}

function millions(value: number): Figure {
  return { value: value * 1e6, digit: 1e5 }
}

/** Our description, counted as the source counts. */
export function countedLike(published: Published): { readonly parameters: number; readonly multiplyAdds: number } {
  const { top, counts } = published
  const costs = nodeCosts(backboneByName(published.backbone, DEFAULT_EMBEDDING), published.images)
  const counted = top === 'embedding' ? costs : costs.slice(0, 1 + costs.findIndex(isGlobalPool))
  const classes = typeof top === 'number' ? top : 0
  const channels = counted.at(-1)?.output.channels ?? 0
  const parametersIn = ({ weights, statistics, shared }: NodeCost) =>
    (shared && !counts.includes('every use of a gate') ? 0 : weights) +
    (counts.includes('running statistics') ? statistics : 0)
  return {
    parameters: counted.reduce((sum, one) => sum + parametersIn(one), (channels + 1) * classes),
    multiplyAdds: counted.reduce((sum, one) => sum + one.multiplyAdds, channels * classes),
  }
}

/** Whether a count is the figure, rounded as that is. */
export function agrees(counted: number, figure: Figure): boolean {
  return Math.abs(counted - figure.value) <= figure.digit / 2
}

function isGlobalPool({ node }: NodeCost): boolean {
  return node.op === 'globalAveragePool' || node.op === 'generalisedMeanPool'
}
