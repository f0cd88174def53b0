/** What checkpointing has to know of a network: where it may be cut, and what lies between. */
import { inputsOf } from '../backbone.ts'
import { multiplyAddsOf } from '../cost.ts'
import type { Stretch } from './checkpoints.ts'
import { momentsOf, type StepDraft } from './draft.ts'
import { aligned, aliveAt, lifetimesOf } from './lifetimes.ts'
import { lookUp, type Sheet, type Step } from './steps.ts'

/** About how many multiply-adds take as long as moving one number from and to memory. */
const MULTIPLY_ADDS_PER_NUMBER = 16

/** `draft`: the plan that keeps everything. */
export function stretchesOf(sheet: Sheet, draft: StepDraft, alignment: number): readonly Stretch[] {
  const { steps } = sheet
  const { kept, peaks } = measured(sheet, draft, alignment)
  const values = valuesOf(sheet, alignment)
  const cuts = cutsOf(steps, values)
  // The stretch of every step.
  const places = steps.map((_, index) => cuts.findIndex((cut) => index <= cut))
  return cuts.map((cut, place) => {
    const from = place === 0 ? 0 : cuts[place - 1] + 1
    const inside = values.filter(({ first }) => first >= from && first <= cut)
    return {
      steps: steps.slice(from, cut + 1),
      kept: sum(kept.slice(from, cut + 1)),
      read: inside.map(({ size, last }) => ({ size, until: places[last] })),
      peak: Math.max(...peaks.slice(from, cut + 1)),
      work: sum(steps.slice(from, cut + 1).map((step) => workOf(sheet, step))),
    }
  })
}

/** For each step, numbers that it leaves to the backward pass, and the most alive while it is gone back through. */
function measured(sheet: Sheet, draft: StepDraft, alignment: number) {
  const indexes = new Map(sheet.steps.map((step, index) => [step.node.name, index]))
  const kept = sheet.steps.map(() => 0)
  const peaks = sheet.steps.map(() => 0)
  const moments = momentsOf(draft)
  const lifetimes = lifetimesOf(moments)
  const turn = draft.forward.length + 1
  for (const { buffer, first, last } of lifetimes) {
    if (first === 0 || first >= turn || last <= turn) continue
    kept[lookUp(indexes, draft.forward[first - 1].node)] += aligned(buffer.size, alignment)
  }
  const alive = aliveAt(lifetimes, moments.length, alignment)
  draft.backward.forEach(({ node }, at) => {
    const index = lookUp(indexes, node)
    peaks[index] = Math.max(peaks[index], alive[turn + 1 + at])
  })
  return { kept, peaks }
}

/** A step's output, or a sum that gates add to: its numbers, the step that makes or begins it, the last that reads it. */
interface Value {
  readonly size: number
  readonly first: number
  readonly last: number
}

function valuesOf(sheet: Sheet, alignment: number): readonly Value[] {
  const values = new Map<string, { size: number; first: number; last: number }>()
  const nameOf = (output: string) => sheet.gathered.get(output) ?? output
  sheet.steps.forEach((step, index) => {
    for (const input of inputsOf(step.node)) {
      const value = values.get(nameOf(input))
      if (value) value.last = index
    }
    const name = nameOf(step.output)
    if (!values.has(name))
      values.set(name, { size: aligned(sizeOf(sheet, step), alignment), first: index, last: index })
  })
  return [...values.values()]
}

/**
 * Steps after which no more numbers are still to be read than after the one before or behind, and the last. A convolution
 * stays with its batch norm: their values are alike.
 */
function cutsOf(steps: readonly Step[], values: readonly Value[]): readonly number[] {
  const changes = Array.from({ length: steps.length + 1 }, () => 0)
  for (const { size, first, last } of values) {
    changes[first] += size
    changes[last] -= size
  }
  let open = 0
  const opens = changes.map((change) => (open += change))
  return [...steps.keys()].filter((index) => {
    const next = steps.at(index + 1)
    if (!next) return true
    if (next.node.op === 'batchNorm') return false
    return opens[index] <= (opens[index - 1] ?? Infinity) && opens[index] <= opens[index + 1]
  })
}

const sizeOf = ({ batch }: Sheet, { shape }: Step) => batch * shape.height * shape.width * shape.channels

function workOf(sheet: Sheet, step: Step): number {
  const multiplyAdds = sheet.batch * multiplyAddsOf(step.node, step.input, step.shape)
  return sizeOf(sheet, step) + multiplyAdds / MULTIPLY_ADDS_PER_NUMBER
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
