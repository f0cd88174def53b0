import type { SettingsOf } from '@passerby/federation'
import { plain } from './plain.ts'
import type { LocalStrategy } from './strategy.ts'

/** FedAvgM's client half (Hsu et al. 2019): momentum is the server's, clients train as in FedPav. */
export const fedavgm: LocalStrategy<SettingsOf<'fedavgm'>> = plain
