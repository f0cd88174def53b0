/** A client's own validation: which identities it keeps back, and how it searches among them. */
import { rowsAt } from './embeddings.ts'
import { evaluate, type RankingMetrics, type RankingOptions } from './evaluate.ts'
import { isPerson, labelsAt, personsOf, ruleFor, type Labels, type RuleName } from './labels.ts'
import { rng } from './rng.ts'
import type { LabelledEmbeddings } from './search-task.ts'

/** Image indices of each part, ascending. Junk and distractors are in neither. */
export interface IdentitySplit {
  readonly training: readonly number[]
  readonly validation: readonly number[]
}

/** Fewer persons on either side teach or measure nothing. */
const FEWEST_IDENTITIES = 2

/**
 * Keeps about `fraction` of the persons back, drawn by `seed` from the sorted identities, so that the same crops
 * split alike on every device and in any file order.
 *
 * Only persons who can be searched for are drawn: seen by two cameras, or with two images where nobody was seen by
 * two cameras (a client with one camera). The others train. At least two persons stay on the training side; where
 * fewer than two could be kept back, none is. Throws `RangeError` unless `fraction` is in [0, 1).
 */
export function splitByIdentity(labels: Labels, fraction: number, seed: number): IdentitySplit {
  if (!(fraction >= 0 && fraction < 1)) throw new RangeError(`splitByIdentity: fraction ${fraction} is not in [0, 1)`)
  const persons = personsOf(labels)
  const wanted = Math.min(Math.round(fraction * persons.length), persons.length - FEWEST_IDENTITIES)
  const drawn = rng(seed, 'validation').shuffle(searchable(labels, persons)).slice(0, Math.max(0, wanted))
  const kept = new Set(drawn.length < FEWEST_IDENTITIES ? [] : drawn)
  const training: number[] = []
  const validation: number[] = []
  for (const [index, identity] of labels.identities.entries())
    if (isPerson(identity)) (kept.has(identity) ? validation : training).push(index)
  return { training, validation }
}

function searchable(labels: Labels, persons: readonly string[]): readonly string[] {
  const rule = ruleFor(labels)
  const seen = new Map<string, Set<string | number>>(persons.map((person) => [person, new Set()]))
  for (const [index, identity] of labels.identities.entries())
    seen.get(identity)?.add(rule === 'market' ? labels.cameras[index] : index)
  return persons.filter((person) => (seen.get(person)?.size ?? 0) >= 2)
}

/** Positions in a set. */
export interface QueryGallery {
  readonly rule: RuleName
  readonly query: readonly number[]
  readonly gallery: readonly number[]
}

/**
 * How one set is searched in itself: the first image of each person in each camera is a query, all images are the
 * gallery. By the Market rule a query never finds itself, since its own camera is left out. Where nobody was seen
 * by two cameras, that rule leaves nothing to find: then `within-camera` leaves out the query image alone.
 * `undefined` when no person has a second image.
 */
export function selectQueries(labels: Labels): QueryGallery | undefined {
  const rule = ruleFor(labels)
  if (rule === undefined) return undefined
  const seen = new Map<string, Set<string>>()
  const query: number[] = []
  for (const [index, identity] of labels.identities.entries()) {
    if (!isPerson(identity)) continue
    const cameras = seen.get(identity) ?? new Set()
    if (!cameras.has(labels.cameras[index])) query.push(index)
    seen.set(identity, cameras.add(labels.cameras[index]))
  }
  return { rule, query, gallery: labels.identities.map((_, index) => index) }
}

export interface ValidationMetrics extends RankingMetrics {
  readonly rule: RuleName
}

/** `selectQueries`, then `evaluate`. `undefined` when the set holds nothing to search for. */
export function evaluateWithin(
  set: LabelledEmbeddings,
  dim: number,
  options: RankingOptions = {},
): ValidationMetrics | undefined {
  const selection = selectQueries(set)
  if (selection === undefined) return undefined
  const query = {
    embeddings: rowsAt(set.embeddings, dim, selection.query),
    ...labelsAt(set, selection.query),
  }
  const rule =
    selection.rule === 'market' ? { name: selection.rule } : { name: selection.rule, ownImage: selection.query }
  return { ...evaluate({ ...options, query, gallery: set, dim, rule }), rule: selection.rule }
}
