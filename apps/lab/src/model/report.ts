/** Everything about one network that its description tells. */
import {
  agrees,
  backboneByName,
  countedLike,
  countParameters,
  embeddingSize,
  nodeCosts,
  parametersOf,
  parseBackboneName,
  PUBLISHED,
  type Figure,
  type ImageSize,
  type NodeCost,
  type Published,
} from '@passerby/backbones'
import { plannedMemory } from '@passerby/learner/bench'
import { updateBytes } from '@passerby/protocol'

export interface NetworkReport {
  readonly name: string
  readonly size: ImageSize
  /** Images of the step whose memory is told. */
  readonly batchSize: number
  readonly embedding: number
  readonly nodes: readonly NodeCost[]
  /** Trained values, each counted once. */
  readonly parameters: number
  readonly statistics: number
  /** Of one image's forward pass. */
  readonly multiplyAdds: number
  /** An encoded update: parameters and statistics in float32. */
  readonly bytesOnWire: number
  /** Planned bytes of a training step with momentum. */
  readonly stepBytes: { readonly wasm: number; readonly webgpu: number }
  readonly published: readonly Comparison[]
}

/** A published figure beside ours, counted in the same way. */
export interface Comparison {
  readonly source: string
  readonly backbone: string
  readonly size: ImageSize
  readonly counted: string
  readonly parameters?: Compared
  readonly multiplyAdds?: Compared
}

export interface Compared extends Figure {
  readonly ours: number
  readonly agrees: boolean
}

export interface ReportOptions {
  readonly embedding: number
  readonly size: ImageSize
  readonly batchSize: number
}

/** Throws `RangeError` for an unknown name, and for images too small for the network. */
export function reportOf(name: string, { embedding, size, batchSize }: ReportOptions): NetworkReport {
  const backbone = backboneByName(name, embedding)
  const nodes = nodeCosts(backbone, size)
  const { weight, statistic } = countParameters(backbone)
  const planned = plannedMemory({ backbone: name, embedding, batchSize, ...size })
  return {
    name: backbone.name,
    size,
    batchSize,
    embedding: embeddingSize(backbone),
    nodes,
    parameters: weight,
    statistics: statistic,
    multiplyAdds: nodes.reduce((sum, one) => sum + one.multiplyAdds, 0),
    bytesOnWire: updateBytes(parametersOf(backbone).map(({ name, shape, role }) => ({ name, shape, role }))),
    stepBytes: { wasm: planned.wasm.bytes, webgpu: planned.webgpu.bytes },
    published: comparisonsFor(backbone.name),
  }
}

/** Everything that is published of any network, beside ours. */
export function comparisons(): readonly Comparison[] {
  return PUBLISHED.map(comparison)
}

/** What is published of a network; of a variant of which nothing is, what is published of the plain one. */
function comparisonsFor(name: string): readonly Comparison[] {
  const own = PUBLISHED.filter((one) => one.backbone === name)
  const { base } = parseBackboneName(name)
  return (own.length > 0 ? own : PUBLISHED.filter((one) => one.backbone === base)).map(comparison)
}

function comparison(published: Published): Comparison {
  const { backbone, source, images, parameters, multiplyAdds } = published
  const ours = countedLike(published)
  const compared = (figure: Figure, count: number) => ({ ...figure, ours: count, agrees: agrees(count, figure) })
  return {
    source,
    backbone,
    size: images,
    counted: howCounted(published),
    ...(parameters && { parameters: compared(parameters, ours.parameters) }),
    ...(multiplyAdds && { multiplyAdds: compared(multiplyAdds, ours.multiplyAdds) }),
  }
}

function howCounted({ top, counts }: Published): string {
  const end = top === 'nothing' ? 'up to pooling' : top === 'embedding' ? 'embedding 512' : `${top} classes`
  return [end, ...counts].join(', ')
}
