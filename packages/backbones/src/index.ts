export {
  BATCH_NORM_EPSILON,
  BATCH_NORM_MOMENTUM,
  GENERALISED_MEAN_FLOOR,
  GENERALISED_MEAN_POWER,
  IMAGES,
  inputsOf,
  type Activation,
  type Add,
  type Backbone,
  type BatchNorm,
  type Conv,
  type Gate,
  type GlobalPool,
  type Linear,
  type Node,
  type Op,
  type Pool,
} from './backbone.ts'
export { multiplyAdds, nodeCosts, type NodeCost } from './cost.ts'
export { drawBackbone, type Graph } from './graph.ts'
export { initialise } from './initialise.ts'
export { DEVIATION, MEAN } from './normalisation.ts'
export { batchNormNames, countParameters, parametersOf, parameterSize, type Parameter } from './parameters.ts'
export { agrees, countedLike, PUBLISHED, type Figure, type Published } from './published.ts'
export { backboneByName, backboneNames, backboneOptionsOf, DEFAULT_EMBEDDING, isBackboneName } from './registry.ts'
export { channelsOf, embeddingSize, inferShapes, type ImageSize, type Shape } from './shapes.ts'
export { BACKBONE_OPTIONS, OPTION_MEANINGS, parseBackboneName, type BackboneOption } from './variants.ts'
export { KERNELS, NO_CEILING, type Kernel, type SizesOf, type Workspace } from './plan/kernels.ts'
export { largestBatch, planBytes, smallestArena, type LargestBatchOptions } from './plan/memory.ts'
export { planStep, type ArenaNeeds, type PassShape, type PlanOptions, type StepPlan } from './plan/step-plan.ts'
export type { BatchShape } from './plan/steps.ts'
export type { Span, Task } from './plan/task.ts'
export { TooLittleMemory } from './plan/too-little-memory.ts'
