import { type Layout, type ParamSpec, type Params, layoutSize, specSize, withOffsets } from '@passerby/federation'

/** What keeps a checkpoint from being the initial model of a backbone. */
export interface Misfit {
  readonly parameter: string
  readonly reason: string
}

export type CheckpointFit =
  | { readonly fits: true; readonly params: Params }
  | { readonly fits: false; readonly misfits: readonly Misfit[] }

/** Matches parameters by name, in whatever order they are in the file, and gives them in the layout's order. */
export function fitCheckpoint(file: Params, layout: Layout): CheckpointFit {
  const found = new Map(withOffsets(file.layout).map((spec) => [spec.name, spec]))
  const wanted = new Set(layout.map(({ name }) => name))
  const misfits = [
    ...layout.flatMap((spec): Misfit[] => {
      const reason = whyNot(spec, found.get(spec.name))
      return reason ? [{ parameter: spec.name, reason }] : []
    }),
    ...file.layout
      .filter(({ name }) => !wanted.has(name))
      .map(({ name, shape }) => ({ parameter: name, reason: `is not part of this backbone (${times(shape)})` })),
  ]
  if (misfits.length > 0) return { fits: false, misfits }
  const values = new Float32Array(layoutSize(layout))
  let at = 0
  for (const spec of layout) {
    const source = found.get(spec.name)
    if (source) values.set(file.values.subarray(source.offset, source.offset + source.size), at)
    at += specSize(spec)
  }
  const bad = withOffsets(layout).filter(
    ({ offset, size }) => !values.subarray(offset, offset + size).every(Number.isFinite),
  )
  if (bad.length > 0)
    return {
      fits: false,
      misfits: bad.map(({ name }) => ({ parameter: name, reason: 'holds a value that is not finite' })),
    }
  return { fits: true, params: { layout, values } }
}

function whyNot(wanted: ParamSpec, found: ParamSpec | undefined): string | undefined {
  if (!found) return `is missing (${times(wanted.shape)})`
  if (found.shape.join() !== wanted.shape.join()) return `is ${times(found.shape)}, needed is ${times(wanted.shape)}`
  return undefined
}

function times(shape: readonly number[]): string {
  return shape.length === 0 ? 'one value' : shape.join('×')
}
