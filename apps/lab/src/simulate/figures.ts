/** Figures of several models as those of one run. */
import { type Figures, hundredth } from '../measure/measure.ts'
import type { RoundFigures } from './play-round.ts'

/** One round of several federations as one: counts add up, the loss is weighted by images. Without travel, no bytes. */
export function summed(all: readonly RoundFigures[], { travels }: { readonly travels: boolean }): RoundFigures {
  const sum = (of: (figures: RoundFigures) => number) => all.reduce((total, figures) => total + of(figures), 0)
  const images = sum((figures) => figures.images)
  return {
    round: all[0].round,
    clients: sum((figures) => figures.clients),
    images,
    loss: sum((figures) => figures.loss * figures.images) / images,
    bytesUp: travels ? sum((figures) => figures.bytesUp) : 0,
    bytesDown: travels ? sum((figures) => figures.bytesDown) : 0,
    shares: Object.assign({}, ...all.map((figures) => figures.shares)),
    ...(all[0].groups && { groups: all[0].groups }),
  }
}

/** The mean by data set over those that were measured on it. */
export function meanFigures(all: readonly Figures[]): Figures {
  const names = [...new Set(all.flatMap((figures) => Object.keys(figures)))].sort()
  return Object.fromEntries(
    names.map((name) => {
      const measured = all.flatMap((figures) => figures[name] ?? [])
      const mean = (of: (figure: Figures[string]) => number) =>
        hundredth(measured.reduce((total, figure) => total + of(figure), 0) / measured.length)
      return [name, { rank1: mean(({ rank1 }) => rank1), mAP: mean(({ mAP }) => mAP) }]
    }),
  )
}
