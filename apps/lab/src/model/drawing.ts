/** A network as text: a line for every block, below it a line for every node. */
import { IMAGES, inputsOf, type Node, type NodeCost } from '@passerby/backbones'
import { blocksOf, nameWithin, type Block } from './blocks.ts'
import { columns } from './columns.ts'
import { bytes, grouped, millions, sides } from './numbers.ts'
import { publishedTable } from './published-table.ts'
import type { NetworkReport } from './report.ts'

const SIDES = ['left', 'left', 'right', 'right', 'right', 'left'] as const

/** All of it. The last column says what a node reads where that is not the line above. */
export function drawing(report: NetworkReport): string {
  const { name, nodes, size, embedding } = report
  const header = ['', '', 'output', 'parameters', 'multiply-adds', '']
  const first = ['images', '', `${sides(size)}×3`, '', '', '']
  const lines = columns(SIDES, [header, first, ...blocksOf(nodes).flatMap((block) => blockRows(block, nodes))])
  return [`${name}: an embedding of ${embedding} values`, lines, totals(report), publishedTable(report.published)].join(
    '\n\n',
  )
}

function totals({ parameters, statistics, multiplyAdds, nodes, ...report }: NetworkReport): string {
  const { bytesOnWire, stepBytes, batchSize, size } = report
  return [
    `parameters     ${grouped(parameters)}, and ${grouped(statistics)} running statistics`,
    `multiply-adds  ${millions(multiplyAdds)} for an image of ${sides(size)}, in ${nodes.length} nodes`,
    `on the wire    ${bytes(bytesOnWire)} for a client's update in float32`,
    `memory         ${bytes(stepBytes.wasm)} planned for a step of ${batchSize} images on wasm, ${bytes(stepBytes.webgpu)} on webgpu`,
  ].join('\n')
}

type Row = readonly string[]

function blockRows({ name, nodes }: Block, all: readonly NodeCost[]): readonly Row[] {
  const own = nodes.filter((one) => !one.shared).reduce((sum, one) => sum + one.weights, 0)
  const multiplyAdds = nodes.reduce((sum, one) => sum + one.multiplyAdds, 0)
  const heading = [name, '', '', own > 0 ? grouped(own) : '', multiplyAdds > 0 ? millions(multiplyAdds) : '', '']
  return [heading, ...nodes.map((cost) => nodeRow(cost, name, before(cost, all)))]
}

function nodeRow({ node, output, weights, shared, multiplyAdds }: NodeCost, block: string, previous: string): Row {
  const inputs = inputsOf(node)
  const reads =
    inputs.length === 1 && inputs[0] === previous ? '' : `← ${inputs.map((one) => nameWithin(block, one)).join(', ')}`
  const count = weights === 0 ? '' : shared ? 'shared' : grouped(weights)
  return [
    `  ${nameWithin(block, node.name)}`,
    operation(node),
    `${sides(output)}×${output.channels}`,
    count,
    multiplyAdds > 0 ? millions(multiplyAdds) : '',
    reads,
  ]
}

function before(cost: NodeCost, all: readonly NodeCost[]): string {
  const index = all.indexOf(cost)
  return index > 0 ? all[index - 1].node.name : IMAGES
}

function operation(node: Node): string {
  switch (node.op) {
    case 'conv':
      return `convolution ${window(node)}`
    case 'depthwise':
      return `depthwise ${window(node)}`
    case 'maxPool':
      return `max pool ${window(node)}`
    case 'averagePool':
      return `average pool ${window(node)}`
    case 'batchNorm':
      return 'batch norm'
    case 'relu':
      return 'ReLU'
    case 'relu6':
      return 'ReLU6'
    case 'linear':
      return 'linear'
    case 'globalAveragePool':
      return 'mean'
    case 'generalisedMeanPool':
      return 'generalised mean'
    case 'add':
      return 'sum'
    case 'gate':
      return `gate, ${node.hidden} hidden`
  }
}

function window({ kernel, stride }: { readonly kernel: number; readonly stride: number }): string {
  return `${kernel}×${kernel}${stride === 1 ? '' : ` /${stride}`}`
}
