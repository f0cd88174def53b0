import type { SettingsOf, StrategyName, StrategySettings } from '@passerby/federation'
import { fedadam } from './fedadam.ts'
import { fedavgm } from './fedavgm.ts'
import { fednova } from './fednova.ts'
import { fedpav } from './fedpav.ts'
import { fedprox } from './fedprox.ts'
import type { LocalStrategy } from './strategy.ts'

/** The client half of every strategy that federation knows. */
const localStrategies: { readonly [Name in StrategyName]: LocalStrategy<SettingsOf<Name>> } = {
  fedpav,
  fedprox,
  fednova,
  fedavgm,
  fedadam,
}

/** The client half that these settings are for. */
export function localStrategyOf<Settings extends StrategySettings>({ name }: Settings): LocalStrategy<Settings> {
  return localStrategies[name] as unknown as LocalStrategy<Settings>
}
