/** The module's exports: one function per kernel of a plan, and the first free byte of memory. */
export { add, relu, reluGradient } from './elementwise'
export { batchNorm, batchNormInference } from './batch-norm'
export { batchNormGradient } from './batch-norm-gradient'
export { biasedProduct, biasGradient, product, productInputGradient, productWeightGradient } from './product'
export { conv, convInputGradient, convWeightGradient } from './conv'
export { depthwise, depthwiseInputGradient, depthwiseWeightGradient } from './depthwise'
export { gate, gateFactors, gateGradient, gateWeightGradient } from './gate'
export { generalisedMean, generalisedMeanGradient } from './generalised-mean'
export { globalAverage, globalAverageGradient } from './global-average'
export { adam, moveTowards, sgd, squaredNorm } from './optimiser'
export { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from './pooling'

export const heapBase: usize = __heap_base
