import { IMAGES, inputsOf } from '../backbone.ts'
import { convSizes, mapSizes, matrixSizes, pixelSizes, rowSizes, windowSizes } from './sizes.ts'
import { isProduct, lookUp, parameterSpan, type Sheet, type Step } from './steps.ts'
import { recordTo, unplaced, type Buffer, type Draft, type Run } from './task.ts'

/** The tasks of a forward pass, and the values that they leave to the backward pass. */
export interface Forward {
  readonly tasks: readonly Draft[]
  /** The output of every step, and the images, by name. */
  readonly values: ReadonlyMap<string, Buffer>
  /** A batch norm's mean and reciprocal deviation, by the node's name. */
  readonly saved: ReadonlyMap<string, Buffer>
}

/** `training`: by the batch's statistics rather than running ones. */
export function draftForward(sheet: Sheet, images: Buffer, training: boolean): Forward {
  const values = new Map<string, Buffer>([[IMAGES, images]])
  const saved = new Map<string, Buffer>()
  const tasks: Draft[] = []
  for (const step of sheet.steps) {
    const { node, output, shape } = step
    const y = unplaced(output, sheet.batch * shape.height * shape.width * shape.channels)
    const inputs = inputsOf(node).map((name) => lookUp(values, name))
    runStep(recordTo(tasks, node.name), sheet, { ...step, inputs, y, saved, training })
    values.set(output, y)
  }
  return { tasks, values, saved }
}

interface StepForward extends Step {
  readonly inputs: readonly Buffer[]
  readonly y: Buffer
  /** Takes what a batch norm leaves to the backward pass. */
  readonly saved: Map<string, Buffer>
  readonly training: boolean
}

function runStep(run: Run, sheet: Sheet, step: StepForward): void {
  const { node, y, relu } = step
  const [x, ...others] = step.inputs
  switch (node.op) {
    case 'conv': {
      const w = parameterSpan(sheet, `${node.parameters}.weight`)
      if (!isProduct(node)) {
        run('conv', { x, w, y }, convSizes(sheet, step, node))
      } else if (node.bias) {
        const bias = parameterSpan(sheet, `${node.parameters}.bias`)
        run('biasedProduct', { x, w, bias, y }, matrixSizes(sheet, step))
      } else {
        run('product', { x, w, y }, matrixSizes(sheet, step))
      }
      return
    }
    case 'depthwise': {
      const w = parameterSpan(sheet, `${node.parameters}.weight`)
      return run('depthwise', { x, w, y }, mapSizes(sheet, step))
    }
    case 'batchNorm': {
      const own = (name: string, region?: 'statistics') => parameterSpan(sheet, `${node.parameters}.${name}`, region)
      const affine = { x, y, gamma: own('weight'), beta: own('bias') }
      const sizes = { ...rowSizes(sheet, step), relu }
      if (!step.training) {
        const running = { mean: own('running_mean'), variance: own('running_var') }
        return run('batchNormInference', { ...affine, ...running }, sizes)
      }
      const saved = unplaced(`${node.name}:saved`, 2 * step.shape.channels)
      step.saved.set(node.name, saved)
      const batch = { mean: own('running_mean', 'statistics'), variance: own('running_var', 'statistics') }
      return run('batchNorm', { ...affine, ...batch, saved }, sizes)
    }
    case 'relu':
    case 'sigmoid':
      return run(node.op, { x, y }, { count: y.size })
    case 'maxPool':
      return run('maxPool', { x, y }, { ...windowSizes(sheet, step, node), padding: node.padding })
    case 'averagePool':
      return run('averagePool', { x, y }, windowSizes(sheet, step, node))
    case 'globalAveragePool':
      return run('globalAverage', { x, y }, pixelSizes(sheet, step))
    case 'gate':
      return run('gate', { x, factor: others[0], y }, pixelSizes(sheet, step))
    case 'add':
      return others.forEach((b, i) => {
        const last = i === others.length - 1
        run('add', { a: i === 0 ? x : y, b, y }, { count: y.size, relu: last ? relu : 0 })
      })
  }
}
