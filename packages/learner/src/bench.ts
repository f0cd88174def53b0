export type { DeviceCounts, StepCounts } from './bench/counts.ts'
export { exerciseFiles } from './bench/exercise-files.ts'
export { openLane, type Held, type Lane, type LaneOptions, type Steps } from './bench/lane.ts'
export type { OperationTime } from './bench/contender.ts'
