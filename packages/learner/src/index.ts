export type { LabelledPixels } from './data/pixels.ts'
export { embedPixels } from './embeddings.ts'
export { openDotProducts } from './executors/wasm/dot-products.ts'
export type {
  EvaluationTask,
  Learner,
  LearnerProgress,
  LearnerWatch,
  LocalEvaluation,
  LocalOutcome,
  LocalTask,
  LookingProgress,
} from './interface.ts'
export { LearnerError, type LearnerErrorCode } from './learner-error.ts'
export { createLearner, type LearnerOptions } from './learner.ts'
export { activationMaps, type ActivationMaps } from './network/activation-maps.ts'
export { latestNetwork } from './network/latest-network.ts'
export { measureBatchNorms } from './network/measured-batch-norms.ts'
export { networkOf } from './network/network-of.ts'
export type { Network } from './network/network.ts'
export { plainNetworkOf } from './network/plain-network.ts'
export type { Session, SessionOptions } from './network/session.ts'
export type { Optimiser } from './training/optimiser.ts'
export { serverLearner } from './strategies/distillation.ts'
export { rateFactor, type LocalSettings, type Schedule } from './settings.ts'
export type { Memory } from './training/head.ts'
export { useBackend, type BackendName, type BackendOptions } from './backend/use-backend.ts'
export { chooseBackend, type BackendChoice, type BackendTrial, type BackendWishes } from './backend/choose-backend.ts'
export { deviceLoss } from './backend/device-loss.ts'
export { measureSpeed, type Speed, type SpeedOptions, type Workload } from './backend/speed.ts'
