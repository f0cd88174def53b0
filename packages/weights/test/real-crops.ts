import { dataSetsOf, decodeCrops } from '@passerby/crops'
import { decodeImage, directoryFiles } from '@passerby/crops/node'
import type { Crops } from './networks.ts'

/** Where the data sets lie when they are there. */
export const REAL_DATA = '../shared/reid-data'

/** So many crops, spread over all data sets and parts. */
export async function realCrops(
  count: number,
  size: { readonly height: number; readonly width: number },
): Promise<Crops> {
  const sets = dataSetsOf(await directoryFiles(REAL_DATA), { rootName: 'reid-data' })
  const all = sets.flatMap(({ parts }) => Object.values(parts).flat())
  const chosen = Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)])
  const { set } = await decodeCrops(chosen, size, { decode: decodeImage })
  return set
}
