import type { OnnxGraph, OnnxNode } from './graph.ts'

/** Goes through a graph from what is fed to what comes out, taking each node once. */
export interface Walk {
  /**
   * Takes the first node in the order of the file that reads `tensor`, or what a node that changes no value made of it, and that
   * satisfies `fits`. Undefined when there is none left.
   */
  take(tensor: string, fits: (node: OnnxNode) => boolean): OnnxNode | undefined
  /** True when both names stand for the same values. */
  same(a: string, b: string): boolean
  /** Nodes that were not taken. */
  left(): readonly OnnxNode[]
}

/** Operators whose output holds the values of their first input in the same order, whatever its shape, when a model is used. */
const UNCHANGING = new Set(['Identity', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout', 'Cast'])

export function walkOf(graph: OnnxGraph): Walk {
  const readers = new Map<string, OnnxNode[]>()
  const origins = new Map<string, string>()
  const origin = (tensor: string) => origins.get(tensor) ?? tensor
  for (const node of graph.nodes) {
    const [first = ''] = node.inputs
    if (UNCHANGING.has(node.op) && node.outputs[0] !== undefined) origins.set(node.outputs[0], origin(first))
    for (const input of new Set(node.inputs.map(origin))) {
      const known = readers.get(input)
      if (known) known.push(node)
      else readers.set(input, [node])
    }
  }
  const taken = new Set<OnnxNode>()
  return {
    take(tensor, fits) {
      const found = readers.get(origin(tensor))?.find((node) => !taken.has(node) && fits(node))
      if (found) taken.add(found)
      return found
    },
    same: (a, b) => origin(a) === origin(b),
    left: () => graph.nodes.filter((node) => !taken.has(node)),
  }
}
