import { inputsOf } from '../backbone.ts'
import { convSizes, depthwiseSizes, gateSizes, matrixSizes, pixelSizes, rowSizes, windowSizes } from './sizes.ts'
import { ceilingOf, isProduct, lookUp, parameterSpan, type Sheet, type Step } from './steps.ts'
import { recordTo, unplaced, type Buffer, type Draft, type Run } from './task.ts'

/** What a forward pass computes and leaves to the backward pass. */
export interface Pass {
  /** By the batch's statistics rather than running ones. */
  readonly training: boolean
  /** The output of every step, and the images, by name. */
  readonly values: Map<string, Buffer>
  /** What a batch norm or a gate leaves besides, by `node:operand`. */
  readonly saved: Map<string, Buffer>
}

/** Appends the tasks of steps whose inputs `pass` has, but for values that it has already. */
export function draftForward(
  sheet: Sheet,
  pass: Pass,
  { steps, tasks }: { steps: readonly Step[]; tasks: Draft[] },
): void {
  for (const step of steps) {
    if (pass.values.has(step.output)) continue
    runStep(recordTo(tasks, step.node.name, sheet.workspace), sheet, { ...step, pass })
  }
}

function runStep(run: Run, sheet: Sheet, step: Step & { readonly pass: Pass }): void {
  const { node, ceiling, output, shape } = step
  const { values, saved, training } = step.pass
  const [x, ...others] = inputsOf(node).map((name) => lookUp(values, name))
  const sum = sheet.gathered.get(node.name)
  const begun = sum === undefined ? undefined : values.get(sum)
  const y = begun ?? unplaced(sum ?? output, sheet.batch * shape.height * shape.width * shape.channels)
  values.set(output, y)
  const prefix = 'parameters' in node ? node.parameters : node.name
  const own = (name: string, region?: 'statistics') => parameterSpan(sheet, `${prefix}.${name}`, region)
  const leave = (operand: string, size: number) => {
    const buffer = unplaced(`${node.name}:${operand}`, size)
    saved.set(buffer.label, buffer)
    return buffer
  }
  switch (node.op) {
    case 'conv': {
      const operands = { x, w: own('weight'), y }
      if (!isProduct(node)) run('conv', operands, convSizes(sheet, step, node))
      else if (node.bias) run('biasedProduct', { ...operands, bias: own('bias') }, matrixSizes(sheet, step))
      else run('product', operands, matrixSizes(sheet, step))
      return
    }
    case 'depthwise':
      return run('depthwise', { x, w: own('weight'), y }, depthwiseSizes(sheet, step, node))
    case 'batchNorm': {
      const affine = { x, y, gamma: own('weight'), beta: own('bias') }
      const sizes = rowSizes(sheet, step)
      if (!training) {
        const running = { mean: own('running_mean'), variance: own('running_var') }
        return run('batchNormInference', { ...affine, ...running }, sizes)
      }
      const batch = { mean: own('running_mean', 'statistics'), variance: own('running_var', 'statistics') }
      return run('batchNorm', { ...affine, ...batch, saved: leave('saved', 2 * shape.channels) }, sizes)
    }
    case 'relu':
    case 'relu6':
      return run('relu', { x, y }, { count: y.size, ceiling: ceilingOf(node) })
    case 'maxPool':
      return run('maxPool', { x, y }, { ...windowSizes(sheet, step, node), padding: node.padding })
    case 'averagePool':
      return run('averagePool', { x, y }, windowSizes(sheet, step, node))
    case 'globalAveragePool':
      return run('globalAverage', { x, y }, pixelSizes(sheet, step))
    case 'generalisedMeanPool':
      return run('generalisedMean', { x, y }, pixelSizes(sheet, step))
    case 'gate': {
      const factors = leave('factors', sheet.batch * shape.channels)
      const layers = { w1: own('fc1.weight'), b1: own('fc1.bias'), w2: own('fc2.weight'), b2: own('fc2.bias') }
      const means = leave('means', factors.size)
      const hidden = leave('hidden', sheet.batch * node.hidden)
      run('gateFactors', { x, ...layers, means, hidden, factors }, gateSizes(sheet, step, node))
      if (sum !== undefined) values.set(sum, y)
      return run('gate', { x, factors, y }, { ...pixelSizes(sheet, step), accumulate: begun ? 1 : 0 })
    }
    case 'add':
      return others.forEach((b, i) => {
        const last = i === others.length - 1
        run('add', { a: i === 0 ? x : y, b, y }, { count: y.size, ceiling: last ? ceiling : 0 })
      })
  }
}
