/**
 * What a backbone may be asked to do differently, said in its name: `resnet50+stride1+gem+bnneck`. A name is all that a federation's
 * settings, a model file and a command line carry, so that a variant needs no setting of its own.
 */

export interface BackboneOptions {
  /** Values in an embedding. Without meaning where a batch norm is the embedding: there they are the pooled channels. */
  readonly embedding: number
  /** Of the last stage that halves its maps: 1 keeps them twice as high and wide for the same parameters (Sun et al. 2018). */
  readonly lastStride: 1 | 2
  readonly pooling: 'mean' | 'generalisedMean'
  /** What follows pooling: the network's own embedding block, or a batch norm alone (BNNeck, Luo et al. 2019). */
  readonly neck: 'block' | 'batchNorm'
}

/** The options in the order in which a name has them. */
export const BACKBONE_OPTIONS = ['stride1', 'gem', 'bnneck'] as const
export type BackboneOption = (typeof BACKBONE_OPTIONS)[number]

/** What each option does, for a person who chooses. */
export const OPTION_MEANINGS: Readonly<Record<BackboneOption, string>> = {
  stride1: 'the last stage keeps the size of its maps',
  gem: 'generalised-mean pooling (p = 3) instead of the mean',
  bnneck: 'pooled features straight into a batch norm, which is the embedding, as wide as they are',
}

export interface NameParts {
  /** The plain name. */
  readonly base: string
  /** In the order of `BACKBONE_OPTIONS`, whatever order the name has. */
  readonly options: readonly BackboneOption[]
}

/** Takes a name apart. Throws `RangeError` for an option that there is not, and for one that is there twice. */
export function parseBackboneName(name: string): NameParts {
  const [base = '', ...asked] = name.split('+')
  for (const [index, option] of asked.entries()) {
    if (!BACKBONE_OPTIONS.some((known) => known === option))
      throw new RangeError(
        `backboneByName: no option '${option}' in '${name}'; there are ${BACKBONE_OPTIONS.join(', ')}`,
      )
    if (asked.indexOf(option) !== index) throw new RangeError(`backboneByName: '${name}' has '${option}' twice`)
  }
  return { base, options: BACKBONE_OPTIONS.filter((known) => asked.includes(known)) }
}

/** The one spelling of a variant. */
export function formatBackboneName({ base, options }: NameParts): string {
  return [base, ...options].join('+')
}

/** The options as a network is drawn from them. */
export function backboneOptions(asked: readonly BackboneOption[], embedding: number): BackboneOptions {
  return {
    embedding,
    lastStride: asked.includes('stride1') ? 1 : 2,
    pooling: asked.includes('gem') ? 'generalisedMean' : 'mean',
    neck: asked.includes('bnneck') ? 'batchNorm' : 'block',
  }
}
