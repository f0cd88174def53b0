import type { RoundRecord } from '@passerby/protocol'
import type { RunCore } from '../run/core.ts'
import { newestEvents } from '../store/journal.ts'
import { recordsOf } from './records.ts'
import { summaryOf } from './views.ts'

/** A whole run: settings, every round's record, every event. */
export async function exportJson(core: RunCore): Promise<object> {
  const { around, settings, initialModel } = core
  return {
    federation: await summaryOf(core),
    settings,
    initialModel,
    rounds: await recordsOf(core),
    events: await newestEvents(around.db, core.id),
  }
}

type Cell = string | number | null | undefined

const columns: readonly (readonly [
  name: string,
  of: (record: RoundRecord, one: RoundRecord['contributions'][number] | undefined) => Cell,
])[] = [
  ['round', (record) => record.round],
  ['session', (record) => record.session],
  ['outcome', (record) => record.outcome],
  ['started', (record) => new Date(record.startedAt).toISOString()],
  ['training_s', (record) => record.seconds.training],
  ['aggregating_s', (record) => record.seconds.aggregating],
  ['evaluating_s', (record) => record.seconds.evaluating],
  ['distilled_s', (record) => record.distilled?.seconds],
  ['groups', (record) => record.groups.length],
  ['bytes_up', (record) => record.bytesUp],
  ['bytes_down', (record) => record.bytesDown],
  ['loss', (record) => record.loss],
  ['global_rank1', (record) => record.global?.rank1],
  ['global_mAP', (record) => record.global?.mAP],
  ['model_sha256', (record) => record.model?.sha256],
  ['client', (_, one) => one?.client],
  ['alias', (_, one) => one?.alias],
  ['client_outcome', (_, one) => one?.outcome],
  ['client_weight', (_, one) => one?.weight],
  ['client_told_weight', (_, one) => one?.told],
  ['client_group', (record, one) => groupNumber(record, one?.client)],
  ['client_images', (_, one) => one?.images],
  ['client_loss', (_, one) => one?.loss],
  ['client_train_s', (_, one) => one?.trainSeconds],
  ['client_local_rank1', (_, one) => one?.local?.rank1],
  ['client_local_mAP', (_, one) => one?.local?.mAP],
  ['client_local_s', (_, one) => one?.local?.seconds],
  ['client_global_rank1', (_, one) => one?.global?.rank1],
  ['client_global_mAP', (_, one) => one?.global?.mAP],
  ['client_global_s', (_, one) => one?.global?.seconds],
]

/** 1-based place of the client's group in the record; nothing for one that is in none. */
function groupNumber({ groups }: RoundRecord, client: string | undefined): Cell {
  const at = groups.findIndex(({ clients }) => client !== undefined && clients.includes(client))
  return at < 0 ? undefined : at + 1
}

/** One line per client and session; a session without clients has one line of its own (RFC 4180). */
export function toCsv(records: readonly RoundRecord[]): string {
  const header = columns.map(([name]) => name).join(',')
  const lines = records.flatMap((record) => {
    const ones = record.contributions.length > 0 ? record.contributions : [undefined]
    return ones.map((one) => columns.map(([, of]) => cell(of(record, one))).join(','))
  })
  return [header, ...lines, ''].join('\r\n')
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  // A spreadsheet takes text that begins so for a formula, and an alias is a stranger's text.
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
