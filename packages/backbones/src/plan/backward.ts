/**
 * The tasks of a backward pass: the steps in reverse, each turning its output's gradient into its inputs' and adding to
 * its parameters'.
 */
import { IMAGES, inputsOf } from '../backbone.ts'
import type { Segment, StepDraft } from './draft.ts'
import { draftForward, type Pass } from './forward.ts'
import { gradientsFrom, type Gradients } from './gradients.ts'
import { convSizes, depthwiseSizes, gateSizes, matrixSizes, pixelSizes, rowSizes, windowSizes } from './sizes.ts'
import { ceilingOf, isProduct, lookUp, parameterSpan, type Sheet, type Step } from './steps.ts'
import { recordTo, unplaced, type Buffer, type Draft, type Run } from './task.ts'

interface Backward {
  readonly segments: readonly Segment[]
  /** May be overwritten. */
  readonly dEmbeddings: Buffer
}

/** Its tasks, and how many of them compute again what `pass` had. */
export function draftBackward(
  sheet: Sheet,
  pass: Pass,
  { segments, dEmbeddings }: Backward,
): Pick<StepDraft, 'backward' | 'recomputed'> {
  const tasks: Draft[] = []
  let recomputed = 0
  const gradients = gradientsFrom(sheet.steps.at(-1)?.output ?? IMAGES, dEmbeddings)
  const wanted = new Set<string>()
  for (const { steps, recompute } of [...segments].reverse()) {
    const before = tasks.length
    if (recompute) {
      forget(pass, steps, wanted)
      draftForward(sheet, pass, { steps, tasks })
    }
    recomputed += tasks.length - before
    for (const { node } of steps) inputsOf(node).forEach((name) => wanted.add(name))
    for (const step of [...steps].reverse()) {
      const dy = gradients.take(step.output)
      if (dy) stepBack(sheet, pass, { step, dy, gradients, run: recordTo(tasks, step.node.name, sheet.workspace) })
    }
  }
  return { backward: tasks, recomputed }
}

/** The values that these steps alone make and read. A sum that gates add to has their names, too. */
function forget({ values }: Pass, steps: readonly Step[], wanted: ReadonlySet<string>): void {
  const own = new Set(steps.map(({ output }) => output).filter((output) => !wanted.has(output)))
  const others = new Set([...values].filter(([name]) => !own.has(name)).map(([, buffer]) => buffer))
  for (const [name, buffer] of values) if (!others.has(buffer)) values.delete(name)
}

interface StepBack {
  readonly step: Step
  readonly dy: Buffer
  readonly gradients: Gradients
  readonly run: Run
}

function stepBack(sheet: Sheet, pass: Pass, { step, dy, gradients, run }: StepBack): void {
  const { node, ceiling } = step
  const inputs = inputsOf(node)
  const [name = IMAGES] = inputs
  const x = lookUp(pass.values, name)
  const y = lookUp(pass.values, step.output)
  const from = { size: x.size, from: dy }
  switch (node.op) {
    case 'conv': {
      const dw = parameterSpan(sheet, `${node.parameters}.weight`, 'gradient')
      const w = parameterSpan(sheet, `${node.parameters}.weight`)
      if (!isProduct(node)) {
        const sizes = convSizes(sheet, step, node)
        run('convWeightGradient', { x, dy, dw }, sizes)
        const compute = (dx: Buffer) => run('convInputGradient', { dy, w, dx }, sizes)
        return gradients.give(run, name, { ...from, can: 'write', compute })
      }
      const sizes = matrixSizes(sheet, step)
      run('productWeightGradient', { x, dy, dw }, sizes)
      if (node.bias) {
        const dbias = parameterSpan(sheet, `${node.parameters}.bias`, 'gradient')
        run('biasGradient', { dy, dbias }, { rows: sizes.rows, columns: sizes.columns })
      }
      const compute = (dx: Buffer, accumulate: 0 | 1) =>
        run('productInputGradient', { dy, w, dx }, { ...sizes, accumulate })
      return gradients.give(run, name, { ...from, can: 'accumulate', compute })
    }
    case 'depthwise': {
      const sizes = depthwiseSizes(sheet, step, node)
      const dw = parameterSpan(sheet, `${node.parameters}.weight`, 'gradient')
      run('depthwiseWeightGradient', { x, dy, dw }, sizes)
      const w = parameterSpan(sheet, `${node.parameters}.weight`)
      const compute = (dx: Buffer) => run('depthwiseInputGradient', { dy, w, dx }, sizes)
      return gradients.give(run, name, { ...from, can: 'write', compute })
    }
    case 'batchNorm': {
      const operands = {
        x,
        // Only an activation wants to know y: without, it need not be kept.
        y: ceiling ? y : x,
        dy,
        gamma: parameterSpan(sheet, `${node.parameters}.weight`),
        saved: lookUp(pass.saved, `${node.name}:saved`),
        dgamma: parameterSpan(sheet, `${node.parameters}.weight`, 'gradient'),
        dbeta: parameterSpan(sheet, `${node.parameters}.bias`, 'gradient'),
      }
      const compute = (dx: Buffer) => run('batchNormGradient', { ...operands, dx }, rowSizes(sheet, step))
      return gradients.give(run, name, { ...from, can: 'overwrite', compute })
    }
    case 'relu':
    case 'relu6': {
      const sizes = { count: y.size, ceiling: ceilingOf(node) }
      const compute = (dx: Buffer) => run('reluGradient', { y, dy, dx }, sizes)
      return gradients.give(run, name, { ...from, can: 'overwrite', compute })
    }
    case 'maxPool': {
      const sizes = { ...windowSizes(sheet, step, node), padding: node.padding }
      const compute = (dx: Buffer) => run('maxPoolGradient', { x, y, dy, dx }, sizes)
      return gradients.give(run, name, { ...from, can: 'write', compute })
    }
    case 'averagePool': {
      const compute = (dx: Buffer) => run('averagePoolGradient', { dy, dx }, windowSizes(sheet, step, node))
      return gradients.give(run, name, { ...from, can: 'write', compute })
    }
    case 'globalAveragePool': {
      const compute = (dx: Buffer, accumulate: 0 | 1) =>
        run('globalAverageGradient', { dy, dx }, { ...pixelSizes(sheet, step), accumulate })
      return gradients.give(run, name, { ...from, can: 'accumulate', compute })
    }
    case 'generalisedMeanPool': {
      const compute = (dx: Buffer) => run('generalisedMeanGradient', { x, y, dy, dx }, pixelSizes(sheet, step))
      return gradients.give(run, name, { ...from, can: 'write', compute })
    }
    case 'gate': {
      const own = (name: string, region?: 'gradient') => parameterSpan(sheet, `${node.parameters}.${name}`, region)
      const [means, hidden, factors] = ['means', 'hidden', 'factors'].map((operand) =>
        lookUp(pass.saved, `${node.name}:${operand}`),
      )
      const inner = {
        dlogits: unplaced(`${node.name}:dlogits`, factors.size),
        dhidden: unplaced(`${node.name}:dhidden`, hidden.size),
      }
      const sizes = gateSizes(sheet, step, node)
      const operands = { x, factors, hidden, w1: own('fc1.weight'), w2: own('fc2.weight'), dy, ...inner }
      const compute = (dx: Buffer) => run('gateGradient', { ...operands, dx }, sizes)
      gradients.give(run, name, { ...from, can: 'overwrite', compute })
      const first = { dw1: own('fc1.weight', 'gradient'), db1: own('fc1.bias', 'gradient') }
      const second = { dw2: own('fc2.weight', 'gradient'), db2: own('fc2.bias', 'gradient') }
      return run('gateWeightGradient', { means, hidden, ...inner, ...first, ...second }, sizes)
    }
    case 'add': {
      if (!ceiling) return inputs.forEach((input) => gradients.pass(run, input, dy))
      const compute = (dx: Buffer) => run('reluGradient', { y, dy, dx }, { count: y.size, ceiling })
      gradients.give(run, node.name, { ...from, can: 'overwrite', compute })
      const sum = gradients.take(node.name)
      return inputs.forEach((input) => sum && gradients.pass(run, input, sum))
    }
  }
}
