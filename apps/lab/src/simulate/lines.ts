/** What `simulate` prints. */
import type { Figures } from '../measure/measure.ts'
import { table } from '../terminal/table.ts'
import type { SimulatedRound, SimulationRecord } from './simulate.ts'

export function clientsTable(
  clients: readonly { readonly name: string; readonly images: number; readonly identities: number }[],
): string {
  return table(
    ['client', 'images', 'identities'],
    clients.map(({ name, images, identities }) => [name, images, identities]),
  )
}

/** `round  7/40  loss 3.214  8 clients  12.3 s  market1501 14.2 / 8.1`: rank-1 / mAP in per cent where measured. */
export function roundLine(round: SimulatedRound, rounds: number): string {
  const { evaluation } = round
  const head = `round ${String(round.round).padStart(String(rounds).length)}/${rounds}`
  const parts = [head, `loss ${round.loss.toFixed(3)}`, `${round.clients} clients`, `${round.seconds.toFixed(1)} s`]
  return [...parts, ...(evaluation ? [figuresLine(evaluation)] : [])].join('  ')
}

export function startLine(record: SimulationRecord, rounds: number): string {
  const done = record.rounds.length
  return done === 0 ? `untrained  ${figuresLine(record.initial)}` : `goes on after round ${done} of ${rounds}`
}

/** What is on disk after `kept` rounds, and how to go on from it. */
export function interruptedLine(
  kept: number,
  { rounds, folder }: { readonly rounds: number; readonly folder: string },
): string {
  if (kept === 0) return 'Interrupted before the first round was over: the same command starts anew.'
  return `Interrupted. ${folder} holds the run after round ${kept} of ${rounds}: the same command with --resume goes on.`
}

/** Each client's figures of a model; a dash where its images are of other data sets. */
export function clientFiguresTable(what: string, own: Readonly<Record<string, Figures>>): string {
  const sets = [...new Set(Object.values(own).flatMap((figures) => Object.keys(figures)))].sort()
  return table(
    [`rank-1 / mAP in %, ${what}`, ...sets],
    Object.entries(own).map(([client, figures]) => [
      client,
      ...sets.map((set) => (Object.hasOwn(figures, set) ? pair(figures[set]) : undefined)),
    ]),
  )
}

/** Rank-1 and mAP in per cent before and after training, beside raw pixels, one row per data set. */
export function finalTable(figures: {
  readonly initial: Figures
  readonly rawPixels: Figures
  readonly final: Figures
}): string {
  const { initial, rawPixels, final } = figures
  return table(
    ['rank-1 / mAP in %', 'untrained', 'raw pixels', 'trained'],
    Object.keys(final).map((name) => [name, ...[initial, rawPixels, final].map((each) => pair(each[name]))]),
  )
}

const figuresLine = (figures: Figures) =>
  Object.entries(figures)
    .map(([name, each]) => `${name} ${pair(each)}`)
    .join('  ')

const pair = ({ rank1, mAP }: Figures[string]) => `${rank1.toFixed(1)} / ${mAP.toFixed(1)}`
