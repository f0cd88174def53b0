/** What leaves a device under a federation's strategy, in plain words: never more privacy than there is. */
import { type ParamSpec, layoutSize, publicImagesOf, strategyOf } from '@passerby/federation'
import type { FederationCard } from '@passerby/protocol'
import { formatBytes, plural } from '../ui/format.ts'
import type { IconName } from '../ui/icons.tsx'

export interface Leaving {
  readonly icon: IconName
  readonly name: string
  readonly more: string
}

type Card = Pick<FederationCard, 'strategy' | 'local' | 'rounds' | 'updateBytes'>

/** Every field of the protocol that a client fills in, by name: `Join`, `Report`, `Evaluated`, `Progress`, and an update's extras. */
export function leaving(card: Card): readonly Leaving[] {
  const extras = extrasOf(card)
  const size = formatBytes(card.updateBytes)
  const distance = weighsDistance(card)
  return [
    {
      icon: 'shield',
      name:
        extras.length > 0
          ? `An encrypted update, ${size} in the next round: the backbone, and what is named below it`
          : `An encrypted backbone update, ${size} per round`,
      more: `Sealed on this device to a key of that round; the coordinator opens it to average it${openedFor(card)}, then destroys it.`,
    },
    ...extras.map((extra) => leavingExtra(extra, card)),
    ...(distance
      ? [
          {
            icon: 'chart' as const,
            name: 'One number: how far training moved your model',
            more: 'A cosine distance, which is the weight of your update in the average. It is in the update, and the operator sees it.',
          },
        ]
      : []),
    {
      icon: 'people',
      name: 'The number of training images',
      more: distance ? 'The operator sees it.' : 'It makes the weight of your update in the average.',
    },
    {
      icon: 'chart',
      name: 'Metrics: loss, seconds of training and measuring, rank-1, rank-5, rank-10, mAP, number of queries',
      more: 'Measured on identities that you keep back from training.',
    },
    {
      icon: 'system',
      name: 'Your alias, device and its images per second',
      more: 'And how far you are, and whether this tab is hidden.',
    },
  ]
}

/** What becomes of the updates, as half a sentence. */
export function togetherness({ strategy }: Pick<Card, 'strategy'>): string {
  const trains = 'every participant trains it on own crops, the coordinator'
  if ('clustering' in strategy && strategy.clustering.by !== 'off')
    return `${trains} puts together those whose models see public images alike and averages what comes back in each group, so there may be several models. In a group of two, each can subtract its own update from the group’s model, and then has the other’s.`
  return teachersOf(strategy)
    ? `${trains} averages what comes back and teaches the average what all models say of public images.`
    : `${trains} averages what comes back.`
}

/** What public images are for, where there are some. */
export function publicImagesFor(card: Card): string {
  return extrasOf(card).length > 0
    ? 'What your model makes of them is part of what leaves.'
    : 'The coordinator lets every participant’s model look at the same ones.'
}

/** A part of an update beside the backbone, as a person calls it. */
export function extraName(name: string): string {
  return known.get(name)?.name ?? `“${name}”, a part of the strategy`
}

const known: ReadonlyMap<string, { readonly name: string; readonly more: string }> = new Map([
  [
    'public.sketch',
    {
      name: 'A sketch: what your model makes of public images',
      more: 'The coordinator reads each participant’s own, to put those together whose models see alike. The operator sees how alike they are.',
    },
  ],
  [
    'public.targets',
    {
      name: 'Soft targets: what your model says of public images',
      more: 'Only their mean over all participants is used. The coordinator opens your update to add them, so it could read yours.',
    },
  ],
  [
    'fednova.length',
    { name: 'One number: how long your training steps were', more: 'It scales your update in the average.' },
  ],
  ['fednova.length.squared', { name: 'The square of that number', more: 'It scales the average.' }],
])

interface Extra {
  readonly spec: ParamSpec
  /** Largest, over all rounds. */
  readonly bytes: number
  /** How many of them have it. */
  readonly rounds: number
}

function leavingExtra({ spec, bytes, rounds }: Extra, card: Card): Leaving {
  const upTo = publicImagesOf(card.strategy) > 0 ? 'up to ' : ''
  const often = rounds === card.rounds ? 'per round' : `in ${rounds} of ${plural(card.rounds, 'round')}`
  return {
    icon: 'shield',
    name: `${extraName(spec.name)}, ${upTo}${formatBytes(bytes)} ${often}`,
    more:
      known.get(spec.name)?.more ??
      (spec.role === 'each'
        ? 'The coordinator reads each participant’s own.'
        : 'Only the sum over participants is used. The coordinator opens your update to add it, so it could read yours.'),
  }
}

/** Sizes are for a public set of all the images that the strategy asks for: it may be smaller. */
function extrasOf({ strategy, local, rounds }: Card): readonly Extra[] {
  const { extras } = strategyOf(strategy)
  if (!extras) return []
  const found = new Map<string, Extra>()
  const about = { embedding: local.embedding, publicImages: publicImagesOf(strategy) }
  for (let round = 1; round <= rounds; round++)
    for (const spec of extras({ ...about, round }, strategy)) {
      const before = found.get(spec.name)
      const bytes = 4 * layoutSize([spec])
      found.set(spec.name, { spec, bytes: Math.max(bytes, before?.bytes ?? 0), rounds: (before?.rounds ?? 0) + 1 })
    }
  return [...found.values()]
}

/** Why else the coordinator looks into an update. */
function openedFor({ strategy }: Pick<Card, 'strategy'>): string {
  return teachersOf(strategy) === 'open' ? ', and to compute what your own model says of public images' : ''
}

function teachersOf(strategy: Card['strategy']): 'private' | 'open' | undefined {
  if (!('distillation' in strategy) || strategy.distillation.teachers === 'off') return undefined
  return strategy.distillation.teachers
}

/** Whether a round goes on when it is trained: models look at own images or at public ones. */
export function looksAfterTraining({ strategy }: Pick<Card, 'strategy'>): boolean {
  const isClustered = 'clustering' in strategy && strategy.clustering.by !== 'off'
  return weighsDistance({ strategy }) || isClustered || teachersOf(strategy) === 'private'
}

function weighsDistance({ strategy }: Pick<Card, 'strategy'>): boolean {
  return 'weighting' in strategy && strategy.weighting !== 'images'
}
