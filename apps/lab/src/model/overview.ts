import { BACKBONE_OPTIONS, backboneOptionsOf, OPTION_MEANINGS } from '@passerby/backbones'
import { columns } from './columns.ts'
import { bytes, grouped, millions, sides } from './numbers.ts'
import { publishedTable } from './published-table.ts'
import { comparisons, type NetworkReport } from './report.ts'

/** All networks beside one another, what their names may be followed by, and what is published of them. */
export function overview(reports: readonly NetworkReport[]): string {
  const [{ size, batchSize }] = reports
  const networks = columns(
    ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    [
      ['', 'embedding', 'parameters', 'multiply-adds', 'on the wire', 'step on wasm', 'on webgpu', 'options'],
      ...reports.map(({ name, embedding, parameters, multiplyAdds, bytesOnWire, stepBytes }) => [
        name,
        String(embedding),
        grouped(parameters),
        millions(multiplyAdds),
        bytes(bytesOnWire),
        bytes(stepBytes.wasm),
        bytes(stepBytes.webgpu),
        backboneOptionsOf(name).join(' '),
      ]),
    ],
  )
  const options = BACKBONE_OPTIONS.map((option) => [`+${option}`, OPTION_MEANINGS[option]])
  return [
    `Images of ${sides(size)}; a step trains on ${batchSize}, its memory as planned, with momentum.`,
    networks,
    columns(['left', 'left'], options),
    publishedTable(comparisons()),
  ].join('\n\n')
}
