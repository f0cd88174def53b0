/** What every gallery item is to a query: right, wrong, or none of its ranking. */
import { DISTRACTOR, JUNK, type Labels } from './labels.ts'

/**
 * Which gallery items a query leaves out of its ranking, beside those whose identity is junk.
 *
 * `market`: those with the query's identity AND camera (Zheng et al., ICCV 2015); what remains right must come
 * from another camera. `within-camera`: the query's own image only, whose position in the gallery is
 * `ownImage[query]` (-1 when it is not there). Neighbouring frames of one walk then count as right, so figures are
 * far too good to compare with anything but themselves over time.
 */
export type GalleryRule =
  | { readonly name: 'market' }
  | { readonly name: 'within-camera'; readonly ownImage: readonly number[] }

export interface RelevanceTask {
  readonly query: Labels
  readonly gallery: Labels
  /** Default `market`. */
  readonly rule?: GalleryRule
  /** Identity of gallery items that every ranking leaves out. Default `JUNK`; Market's own label is `-1`. */
  readonly junkIdentity?: string
}

/** What a gallery item is to one query. */
export const WRONG = 0
export const GOOD = 1
export const LEFT_OUT = 2

/** Gives, query by query, what every gallery item is to it; one buffer, overwritten by the next call. */
export function relevance(task: RelevanceTask): (query: number) => Uint8Array {
  const { query, gallery } = task
  const rule = task.rule ?? { name: 'market' }
  const junk = task.junkIdentity ?? JUNK
  const kinds = new Uint8Array(gallery.identities.length)
  const itemsOf = new Map<string, number[]>()
  for (const [item, identity] of gallery.identities.entries()) {
    if (identity === junk) kinds[item] = LEFT_OUT
    else if (identity !== DISTRACTOR) {
      const items = itemsOf.get(identity)
      if (items) items.push(item)
      else itemsOf.set(identity, [item])
    }
  }
  let own: readonly number[] = []
  return (q) => {
    for (const item of own) kinds[item] = WRONG
    own = itemsOf.get(query.identities[q]) ?? []
    for (const item of own) {
      const leftOut = rule.name === 'market' ? gallery.cameras[item] === query.cameras[q] : rule.ownImage[q] === item
      kinds[item] = leftOut ? LEFT_OUT : GOOD
    }
    return kinds
  }
}

export function goodItems(kinds: Uint8Array): readonly number[] {
  const good: number[] = []
  for (let item = kinds.indexOf(GOOD); item >= 0; item = kinds.indexOf(GOOD, item + 1)) good.push(item)
  return good
}
