/** FedReID's own figures (TOMM 2023, tables 1, 3 and 4; ALGORITHMS 1 and 2.10), which the benchmark's are held against. */

/** Training images of the nine data sets, in the order of the figures below. */
export const TRAINED_IMAGES = [32_621, 16_522, 12_936, 7365, 3744, 1940, 632, 450, 248]

/** Rank-1 in per cent on the nine data sets, of the clients' own models or, where there is one model, of that. */
const TABLE_3 = {
  centralised: [54.6, 84.2, 91.7, 64, 80, 89.7, 65.5, 82.1, 80.6],
  standalone: [49.6, 80.1, 88.9, 49.3, 55, 69, 27.5, 65.4, 52],
  'FedPav, global': [41, 74.3, 83.4, 31.7, 37.7, 73.4, 48.1, 69.2, 79.9],
  'FedPav, own': [48.3, 78.1, 83.6, 39.5, 50.7, 80.7, 52, 80.6, 84.7],
}

/** What own models gain over standalone in points of rank-1. */
export const TABLE_4: Readonly<Record<PublishedArm, readonly number[]>> = {
  FedPav: [-1.3, -2, -5.4, -9.8, -4.3, 11.6, 24.5, 15.2, 32.7],
  FedNova: [-2.1, -2.8, -4.4, -14.6, 0, 9.9, 24.4, 12.6, 35.8],
  FedProx: [-0.1, -1.6, 1, -6.4, -1, 12.5, 24.1, 7.7, 34.7],
  CC: [2.4, -1.3, 0.1, 3.9, 6, 9.3, 4.1, -1.2, 16.3],
  CDW: [4, 1.3, 1.4, 1.2, 7.3, 13.8, 26, 16.3, 30.3],
  'CC & CDW': [4.1, 3.8, 2, 2.2, 13, 6.1, 28.2, 6.5, 28.6],
}

export type PublishedArm = 'FedPav' | 'FedNova' | 'FedProx' | 'CC' | 'CDW' | 'CC & CDW'

/** What the arms of our experiment are called in the paper: it has one cosine distance weight, its text and code two. */
export const PUBLISHED_AS: ReadonlyMap<string, PublishedArm> = new Map([
  ['FedPav', 'FedPav'],
  ['FedNova', 'FedNova'],
  ['FedProx', 'FedProx'],
  ['CC', 'CC'],
  ['CDW (features)', 'CDW'],
  ['CDW (logits)', 'CDW'],
  ['CC & CDW', 'CC & CDW'],
])

/** Means over the nine data sets. */
export const MEANS = {
  centralised: meanOf(TABLE_3.centralised),
  standalone: meanOf(TABLE_3.standalone),
  global: meanOf(TABLE_3['FedPav, global']),
  own: meanOf(TABLE_3['FedPav, own']),
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
