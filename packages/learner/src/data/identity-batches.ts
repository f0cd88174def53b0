import type { Rng } from '@passerby/reid'

export interface IdentityBatches {
  /** The class of each of the images. */
  readonly labels: readonly number[]
  /** P: identities in a batch, where there are as many. */
  readonly identities: number
  /** K. */
  readonly imagesEach: number
}

/**
 * Batches of P identities with K images each (Hermans, Beyer and Leibe 2017, section 2), drawn from `random`: the images of
 * each identity are shuffled and cut into groups of K, and groups of different identities make a batch, as many batches as
 * there can be. An identity with fewer than K images has them repeated; what is left over sits this epoch out. Where
 * there are fewer than P identities, all of them are in each batch. Throws `RangeError` when there are fewer than two.
 */
export function drawIdentityBatches(
  images: readonly number[],
  { labels, identities, imagesEach }: IdentityBatches,
  random: Rng,
): readonly (readonly number[])[] {
  const byIdentity = new Map<number, number[]>()
  for (const [index, image] of images.entries()) {
    const members = byIdentity.get(labels[index])
    if (members) members.push(image)
    else byIdentity.set(labels[index], [image])
  }
  if (byIdentity.size < 2) throw new RangeError(`drawIdentityBatches: ${byIdentity.size} identities, two are needed`)
  const atOnce = Math.min(identities, byIdentity.size)
  const groups = random
    .shuffle([...byIdentity.values()])
    .map((members) => groupsOf(random.shuffle(members), imagesEach))
  const batches = mostBatches(
    groups.map((own) => own.length),
    atOnce,
  )
  // Dealt one by one, the groups of an identity come to different batches: none has more of them than there are batches.
  const dealt = groups.flatMap((own) => own.slice(0, batches)).slice(0, batches * atOnce)
  return Array.from({ length: batches }, (_, batch) =>
    dealt.flatMap((group, at) => (at % batches === batch ? group : [])),
  )
}

function groupsOf(members: readonly number[], size: number): readonly (readonly number[])[] {
  const count = Math.max(1, Math.floor(members.length / size))
  return Array.from({ length: count }, (_, group) =>
    Array.from({ length: size }, (_, i) => members[(group * size + i) % members.length]),
  )
}

/** The most batches of `atOnce` groups, no two of one identity, that so many groups of each identity make. */
function mostBatches(groups: readonly number[], atOnce: number): number {
  const enoughFor = (batches: number) =>
    groups.reduce((sum, own) => sum + Math.min(own, batches), 0) >= batches * atOnce
  let batches = 1
  while (enoughFor(batches + 1)) batches++
  return batches
}
