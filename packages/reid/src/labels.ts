/** What every ReID image is labelled with: who, and from which camera. */

/** Parallel arrays, one entry per image. */
export interface Labels {
  readonly identities: readonly string[]
  readonly cameras: readonly string[]
}

/** Identity of a detection that shows no usable person (Market-1501's `-1`): ignored by every ranking. */
export const JUNK = 'junk'

/** Identity of a background detection (Market-1501's `0000`): a gallery item that is never right. */
export const DISTRACTOR = 'distractor'

/** True for a real person, who may be trained on and searched for. */
export function isPerson(identity: string): boolean {
  return identity !== JUNK && identity !== DISTRACTOR
}

/** Distinct persons in code-unit order, which does not depend on the reader's locale. */
export function personsOf(labels: Labels): readonly string[] {
  return [...new Set(labels.identities)].filter(isPerson).sort()
}

/** The labels of the images at `indices`, in that order. */
export function labelsAt(labels: Labels, indices: readonly number[]): Labels {
  return {
    identities: indices.map((index) => labels.identities[index]),
    cameras: indices.map((index) => labels.cameras[index]),
  }
}

/**
 * How a set can be evaluated. `market`: somebody was seen by two cameras. `within-camera`: nobody was, but somebody
 * has two images. `undefined`: every person has one image only.
 */
export type RuleName = 'market' | 'within-camera'

export function ruleFor(labels: Labels): RuleName | undefined {
  const cameraOf = new Map<string, string>()
  let repeated = false
  for (const [index, identity] of labels.identities.entries()) {
    if (!isPerson(identity)) continue
    const camera = cameraOf.get(identity)
    if (camera === undefined) cameraOf.set(identity, labels.cameras[index])
    else if (camera !== labels.cameras[index]) return 'market'
    else repeated = true
  }
  return repeated ? 'within-camera' : undefined
}
