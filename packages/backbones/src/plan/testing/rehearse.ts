import type { StepPlan } from '../step-plan.ts'
import type { Span, Task } from '../task.ts'

/**
 * Runs a plan on spans instead of numbers: every cell of the arena remembers whose value was written there last. Throws an
 * `Error` for a read of a cell that holds another value, or none: something was not written yet, or was overwritten alive.
 * Gives the size of the arena that was really used, in whole alignments.
 */
export function rehearse(plan: StepPlan, alignment: number): number {
  /** Every span's number in `spans`, where the arena has its value. */
  const arena = new Int32Array(plan.sizes.arena).fill(-1)
  const spans: Span[] = []
  const numbers = new Map<Span, number>()
  let used = 0
  const locate = (span: Span, by: string) => {
    const fits = span.offset >= 0 && span.offset + span.size <= plan.sizes[span.region]
    if (!fits) throw new Error(`${by} takes '${span.label}' outside of ${span.region}`)
    return span.region === 'arena'
  }
  const write = (span: Span, by: string) => {
    if (!locate(span, by)) return
    if (span.offset % alignment !== 0) throw new Error(`${by} writes '${span.label}' between alignments`)
    const number = numbers.get(span) ?? spans.push(span) - 1
    numbers.set(span, number)
    arena.fill(number, span.offset, span.offset + span.size)
    used = Math.max(used, Math.ceil((span.offset + span.size) / alignment) * alignment)
  }
  const read = (span: Span, by: string) => {
    if (!locate(span, by)) return
    const number = numbers.get(span)
    const cells = arena.subarray(span.offset, span.offset + span.size)
    const stranger = cells.find((cell) => cell !== number)
    if (stranger === undefined) return
    throw new Error(`${by} reads '${span.label}' where there is '${spans[stranger]?.label}'`)
  }
  const run = ({ kernel, node, reads, writes, accumulates }: Task) => {
    const by = `${kernel} of ${node}`
    for (const span of accumulates ? [...reads, writes[0]] : reads) read(span, by)
    for (const span of writes) write(span, by)
  }
  write(plan.images, 'the caller')
  plan.forward.forEach(run)
  read(plan.embeddings, 'the caller')
  write(plan.dEmbeddings, 'the caller')
  plan.backward.forEach(run)
  return used
}

/** The cells of a region that some task writes, as runs of neighbours `from, to`. */
export function written(tasks: readonly Task[], region: Span['region']): readonly (readonly [number, number])[] {
  const spans = tasks.flatMap((task) => task.writes).filter((span) => span.region === region)
  const runs: [number, number][] = []
  for (const { offset, size } of spans.sort((a, b) => a.offset - b.offset)) {
    const last = runs.at(-1)
    if (last && offset <= last[1]) last[1] = Math.max(last[1], offset + size)
    else runs.push([offset, offset + size])
  }
  return runs
}
