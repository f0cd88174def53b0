/** What `demo` prints and reports. */
import type { RoundRecord } from '@passerby/protocol'
import type { Measured } from '../measure/pooled.ts'
import { megabytes, table } from '../terminal/table.ts'
import { type RoundTiming, totalTiming } from './timing.ts'

/** One round of the report. Rank-1 and mAP in per cent, on people whom no tab has seen. */
export interface DemoRound extends Measured {
  readonly round: number
  readonly clients: number
  readonly loss: number | null
  readonly bytesUp: number
  readonly bytesDown: number
  readonly seconds: RoundTiming
}

export function reportedRound(record: RoundRecord, measured: Measured, seconds: RoundTiming): DemoRound {
  return {
    round: record.round,
    clients: countedIn(record),
    loss: record.loss,
    ...measured,
    bytesUp: record.bytesUp,
    bytesDown: record.bytesDown,
    seconds,
  }
}

/** The line that appears when a round's model is published. */
export function roundLine(record: RoundRecord): string {
  const { round, loss } = record
  const shown = loss === null ? '' : `  loss ${loss.toFixed(3)}`
  return `round ${round}  ${countedIn(record)} clients${shown}${groupsShown(record)}${distilledShown(record)}`
}

/** Clients by their aliases, in their order. */
export function membersOf({ contributions }: RoundRecord, clients: readonly string[]): string {
  const aliases = new Map(contributions.map(({ client, alias }) => [client, alias]))
  const names = clients.map((client) => aliases.get(client) ?? client)
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(' + ')
}

function groupsShown(record: RoundRecord): string {
  const members = record.groups.map(({ clients }) => membersOf(record, clients))
  return members.length === 0 ? '' : `  models of ${members.join(', ')}`
}

function distilledShown({ distilled }: RoundRecord): string {
  return distilled ? `  taught on ${distilled.images} public images in ${distilled.seconds.toFixed(2)} s` : ''
}

export function roundsTable(rounds: readonly DemoRound[]): string {
  return table(
    ['round', 'clients', 'loss', 'rank-1', 'mAP', 'up', 'down', 'seconds', 'training', 'measuring', 'coordination'],
    rounds.map((each) => [
      String(each.round),
      each.clients,
      each.loss?.toFixed(3),
      each.rank1.toFixed(1),
      each.mAP.toFixed(1),
      megabytes(each.bytesUp),
      megabytes(each.bytesDown),
      ...timeCells(each.seconds),
    ]),
  )
}

/** Where the run's time went, in one sentence. */
export function timeSentence(rounds: readonly DemoRound[]): string {
  const total = totalTiming(rounds.map(({ seconds }) => seconds))
  const share = (seconds: number) => `${seconds.toFixed(2)} s (${percent(seconds / total.round)})`
  return [
    `A round took ${(total.round / Math.max(1, rounds.length)).toFixed(2)} s;`,
    `of all ${total.round.toFixed(2)} s, training ${share(total.training)},`,
    `measuring ${share(total.measuring)}, coordination ${share(total.coordination)}.`,
  ].join(' ')
}

function timeCells({ round, training, measuring, coordination }: RoundTiming): readonly string[] {
  return [
    ...[round, training, measuring].map((seconds) => seconds.toFixed(3)),
    `${coordination.toFixed(3)} (${percent(coordination / round)})`,
  ]
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

const countedIn = ({ contributions }: RoundRecord) =>
  contributions.filter(({ outcome }) => outcome === 'counted').length

interface Compared {
  readonly initial: Measured
  readonly rawPixels: Measured
}

/** The model that some clients share, by their aliases. */
export interface GroupMeasured extends Measured {
  readonly members: string
}

interface Ended extends Compared {
  readonly final: Measured
  readonly groups: readonly GroupMeasured[]
}

export function figuresTable({ initial, rawPixels, final, groups }: Ended): string {
  const row = (name: string, { rank1, mAP }: Measured) => [name, rank1.toFixed(1), mAP.toFixed(1)]
  return table(
    ['on unseen people, %', 'rank-1', 'mAP'],
    [
      row('first model', initial),
      row('raw pixels', rawPixels),
      row(groups.length === 0 ? 'trained model' : 'mean of all models', final),
      ...groups.map((group) => row(`model of ${group.members}`, group)),
    ],
  )
}
