import { IMAGES, inputsOf } from '../backbone.ts'
import { bordered, convSizes, mapSizes, matrixSizes, pixelSizes, planes, rowSizes, windowSizes } from './sizes.ts'
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
    const statistics = unplaced(`${node.name}:saved`, 2 * shape.channels)
    if (node.op === 'batchNorm') saved.set(node.name, statistics)
    runStep(recordTo(tasks, node.name), sheet, { ...step, inputs, y, saved: statistics, training })
    values.set(output, y)
  }
  return { tasks, values, saved }
}

interface StepForward extends Step {
  readonly inputs: readonly Buffer[]
  readonly y: Buffer
  readonly saved: Buffer
  readonly training: boolean
}

function runStep(run: Run, sheet: Sheet, step: StepForward): void {
  const { node, y, relu, saved } = step
  const [x, ...others] = step.inputs
  switch (node.op) {
    case 'conv': {
      const w = parameterSpan(sheet, `${node.parameters}.weight`)
      if (!isProduct(node)) {
        run('conv', { x, w, y, bordered: bordered(step, node.padding) }, convSizes(sheet, step, node))
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
      return run('depthwise', { x, w, y, planes: planes(step) }, mapSizes(sheet, step))
    }
    case 'batchNorm': {
      const statistics = step.training ? 'statistics' : 'parameters'
      const operands = {
        x,
        y,
        saved,
        gamma: parameterSpan(sheet, `${node.parameters}.weight`),
        beta: parameterSpan(sheet, `${node.parameters}.bias`),
        mean: parameterSpan(sheet, `${node.parameters}.running_mean`, statistics),
        variance: parameterSpan(sheet, `${node.parameters}.running_var`, statistics),
      }
      return run(step.training ? 'batchNorm' : 'batchNormInference', operands, { ...rowSizes(sheet, step), relu })
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
