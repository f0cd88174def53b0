import { columns } from './columns.ts'
import { grouped, millions, sides } from './numbers.ts'
import type { Compared, Comparison } from './report.ts'

/** Published counts and ours beside them, each as its source counts. */
export function publishedTable(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return 'Nothing is published of this network: it is of our own.'
  return columns(
    ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    [
      ['published', 'by', 'counted', 'images', 'parameters', 'ours', 'multiply-adds', 'ours', ''],
      ...comparisons.map(({ source, backbone, counted, size, parameters, multiplyAdds }) => [
        backbone,
        source,
        counted,
        sides(size),
        parameters && printed(parameters),
        parameters && grouped(parameters.ours),
        multiplyAdds && printed(multiplyAdds),
        multiplyAdds && millions(multiplyAdds.ours),
        [parameters, multiplyAdds].every((one) => one?.agrees ?? true) ? 'agree' : 'DIFFER',
      ]),
    ],
  )
}

/** A figure with the digits that its source prints. */
function printed({ value, digit }: Compared): string {
  return digit === 1 ? grouped(value) : `${grouped(value / 1e6)} M`
}
