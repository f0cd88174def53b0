import { fedpav } from './fedpav.ts'

/** Every strategy by name: a new one is a file here, a file in learner, and one line in each index. */
export const strategies = { fedpav }
export type StrategyName = keyof typeof strategies
