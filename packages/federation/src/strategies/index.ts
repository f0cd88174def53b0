import * as v from 'valibot'
import type { Layout } from '../params.ts'
import type { Strategy, UpdateAbout } from '../strategy.ts'
import type { UpdateLayout } from '../update-fold.ts'
import { fedadam } from './fedadam.ts'
import { fedavgm } from './fedavgm.ts'
import { fednova } from './fednova.ts'
import { fedpav } from './fedpav.ts'
import { fedprox } from './fedprox.ts'

/** Every strategy by name: a new one is a file here, a file in learner, and one line in each index. */
export const strategies = { fedpav, fedprox, fednova, fedavgm, fedadam }

export type StrategyName = keyof typeof strategies

/** Which strategy, and what it is set to. */
export const StrategySettings = v.variant(
  'name',
  Object.values(strategies).map(({ settings }) => settings),
  ({ received }) => `The strategy must be one of ${Object.keys(strategies).join(', ')}, not ${received}.`,
)
export type StrategySettings = v.InferOutput<(typeof strategies)[StrategyName]['settings']>
export type SettingsOf<Name extends StrategyName> = Extract<StrategySettings, { readonly name: Name }>

/** A strategy's settings where nothing is chosen. */
export function defaultsOf(name: StrategyName): StrategySettings {
  return v.parse(StrategySettings, { name })
}

/** The server half that these settings are for. */
export function strategyOf<Settings extends StrategySettings>({ name }: Settings): Strategy<Settings> {
  return strategies[name] as unknown as Strategy<Settings>
}

/** How an update of a round lies in its buffer, for clients and server alike. */
export function updateLayoutOf(settings: StrategySettings, model: Layout, about: UpdateAbout): UpdateLayout {
  return { model, extras: strategyOf(settings).extras?.(about, settings) ?? [] }
}

/** The largest weight that the update of a client with so many images can have: of a larger one something is wrong. */
export function largestWeightOf(settings: StrategySettings, images: number): number {
  return strategyOf(settings).largestWeight?.(images, settings) ?? images
}

/** Images of the public set that a federation needs; 0 where it needs none. */
export function publicImagesOf(settings: StrategySettings): number {
  return strategyOf(settings).publicImages?.(settings) ?? 0
}
