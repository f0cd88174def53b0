import type { StrategyName } from '@passerby/federation'
import { fedpav } from './fedpav.ts'
import type { LocalStrategy } from './strategy.ts'

/** The client half of every strategy that federation knows. */
export const localStrategies: Readonly<Record<StrategyName, LocalStrategy>> = { fedpav }
