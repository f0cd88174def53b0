import type { SettingsOf } from '@passerby/federation'
import { plain } from './plain.ts'
import type { LocalStrategy } from './strategy.ts'

/** FedAdam's client half (Reddi et al., ICLR 2021): Adam is the server's, clients train as in FedPav. */
export const fedadam: LocalStrategy<SettingsOf<'fedadam'>> = plain
