import type { NodeCost } from '@passerby/backbones'

/** Neighbouring nodes that a reader takes for one thing. */
export interface Block {
  readonly name: string
  readonly nodes: readonly NodeCost[]
}

const EMBEDDING = 'embedding'

/** A network's nodes by block, as their names tell. What follows the last map is a block of its own. */
export function blocksOf(costs: readonly NodeCost[]): readonly Block[] {
  const blocks: { name: string; nodes: NodeCost[] }[] = []
  for (const cost of costs) {
    const last = blocks.at(-1)
    const name = blockName(cost, last?.name)
    if (last?.name === name) last.nodes.push(cost)
    else blocks.push({ name, nodes: [cost] })
  }
  return blocks
}

/** A node's name without its block's, where it has that. */
export function nameWithin(block: string, node: string): string {
  return node.startsWith(`${block}.`) ? node.slice(block.length + 1) : node
}

/**
 * `layer1.0.bn1` is of `layer1.0` and `conv1.relu` of `conv1`. Of names without a dot, Keras's `conv_pw_3_bn` is of `conv_3`;
 * others go on with what is before them, as `bn1` and `maxpool` after `conv1`.
 */
function blockName({ node }: NodeCost, previous: string | undefined): string {
  if (previous === EMBEDDING || node.op === 'globalAveragePool' || node.op === 'generalisedMeanPool') return EMBEDDING
  const parts = node.name.split('.')
  if (parts.length > 1) return parts.slice(0, Math.min(2, parts.length - 1)).join('.')
  const [, separable] = /^conv_[dp]w_(\d+)/.exec(node.name) ?? []
  return separable === undefined ? (previous ?? node.name) : `conv_${separable}`
}
