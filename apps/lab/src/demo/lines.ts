/** What `demo` prints and reports. */
import type { RoundRecord } from '@passerby/protocol'
import { hundredth } from '../measure/measure.ts'
import type { Measured } from '../measure/pooled.ts'
import { megabytes, table } from '../terminal/table.ts'

/** One round of the report. Rank-1 and mAP in per cent, on people whom no tab has seen. */
export interface DemoRound extends Measured {
  readonly round: number
  readonly clients: number
  readonly loss: number | null
  readonly bytesUp: number
  readonly bytesDown: number
  readonly seconds: number
}

export function reportedRound(record: RoundRecord, measured: Measured): DemoRound {
  const { training, aggregating, evaluating } = record.seconds
  return {
    round: record.round,
    clients: record.contributions.filter(({ outcome }) => outcome === 'counted').length,
    loss: record.loss,
    ...measured,
    bytesUp: record.bytesUp,
    bytesDown: record.bytesDown,
    seconds: hundredth(training + aggregating + evaluating),
  }
}

/** The line that appears when a round's model has been measured. */
export function roundLine(record: RoundRecord, measured: Measured): string {
  const round = reportedRound(record, measured)
  const loss = round.loss === null ? '' : `  loss ${round.loss.toFixed(3)}`
  return `round ${round.round}  ${round.clients} clients${loss}  rank-1 ${measured.rank1.toFixed(1)}  mAP ${measured.mAP.toFixed(1)}`
}

export function roundsTable(rounds: readonly DemoRound[]): string {
  return table(
    ['round', 'clients', 'loss', 'rank-1', 'mAP', 'up', 'down', 'seconds'],
    rounds.map((each) => [
      String(each.round),
      each.clients,
      each.loss?.toFixed(3),
      each.rank1.toFixed(1),
      each.mAP.toFixed(1),
      megabytes(each.bytesUp),
      megabytes(each.bytesDown),
      each.seconds.toFixed(1),
    ]),
  )
}

interface Compared {
  readonly initial: Measured
  readonly rawPixels: Measured
}

export function figuresTable({ initial, rawPixels, final }: Compared & { readonly final: Measured }): string {
  const row = (name: string, { rank1, mAP }: Measured) => [name, rank1.toFixed(1), mAP.toFixed(1)]
  return table(
    ['on unseen people, %', 'rank-1', 'mAP'],
    [row('first model', initial), row('raw pixels', rawPixels), row('trained model', final)],
  )
}

export function describe({ initial, rawPixels }: Compared): string {
  const pair = ({ rank1, mAP }: Measured) => `${rank1.toFixed(1)} / ${mAP.toFixed(1)}`
  return `rank-1 / mAP on unseen people: first model ${pair(initial)}, raw pixels ${pair(rawPixels)}`
}
