import type { Graph } from './graph.ts'
import type { BackboneOptions } from './variants.ts'

/**
 * From the last map to the embedding: pooling, then linear and batch norm (FedReID's block, ALGORITHMS 2.2; its dropout
 * is a setting of training), or a batch norm alone. Names as in torchreid (`fc`) and in Luo et al.'s code (`bottleneck`).
 */
export function embeddingOf(graph: Graph, input: string, options: BackboneOptions): string {
  const pooled = pooledFeatures(graph, input, options)
  if (options.neck === 'batchNorm') return graph.batchNorm('bottleneck', pooled)
  return graph.batchNorm('fc.1', graph.linear('fc.0', pooled, options.embedding))
}

/** The same with a ReLU after the block: torchreid's `fc` in OSNet. */
export function rectifiedEmbeddingOf(graph: Graph, input: string, options: BackboneOptions): string {
  const embedding = embeddingOf(graph, input, options)
  return options.neck === 'batchNorm' ? embedding : graph.activate('relu', 'fc.2', embedding)
}

function pooledFeatures(graph: Graph, input: string, { pooling }: BackboneOptions): string {
  if (pooling === 'mean') return graph.globalAveragePool('global_avgpool', input)
  return graph.generalisedMeanPool('global_gempool', input)
}
