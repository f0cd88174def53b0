import type { SettingsOf } from '@passerby/federation'
import { plain } from './plain.ts'
import type { LocalStrategy } from './strategy.ts'

/** FedProx's client half (Li et al., MLSys 2020): the optimiser adds μ(w − w_t) to the backbone's gradient. */
export const fedprox: LocalStrategy<SettingsOf<'fedprox'>> = {
  ...plain,
  proximal: ({ proximal }) => proximal,
}
