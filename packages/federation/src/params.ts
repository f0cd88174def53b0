/**
 * Model parameters as one flat buffer with a named layout.
 *
 * `weight` and `statistic` (batch-norm buffers) travel between client and coordinator;
 * `local` (an identity head, a target encoder) never does: see `assertTravels`. Beside a model's parameters an update may
 * hold values of two more roles: `summed`, of which only the weighted mean over clients is looked at, and `each`, which
 * the server reads client by client.
 */
export type Role = 'weight' | 'statistic' | 'local' | 'summed' | 'each'

/** One named parameter. `shape` is row-major; its size is the product of the dimensions (1 for a scalar). */
export interface ParamSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly role: Role
}

/** The order in which parameters lie in the flat buffer, without gaps. */
export type Layout = readonly ParamSpec[]

/** `values.length` equals `layoutSize(layout)`. Treated as read-only by everyone but its maker. */
export interface Params {
  readonly layout: Layout
  readonly values: Float32Array
}

/** Number of values of one parameter. */
export function specSize(spec: ParamSpec): number {
  return spec.shape.reduce((size, dimension) => size * dimension, 1)
}

/** Number of values of a whole layout. */
export function layoutSize(layout: Layout): number {
  return layout.reduce((size, spec) => size + specSize(spec), 0)
}

/** A layout with the offset of every parameter in the flat buffer, in values. */
export function withOffsets(
  layout: Layout,
): readonly (ParamSpec & { readonly offset: number; readonly size: number })[] {
  let offset = 0
  return layout.map((spec) => {
    const placed = { ...spec, offset, size: specSize(spec) }
    offset += placed.size
    return placed
  })
}

/** Throws `RangeError` unless the buffer has exactly the layout's size. */
export function params(layout: Layout, values: Float32Array): Params {
  const size = layoutSize(layout)
  if (values.length !== size) throw new RangeError(`params: layout has ${size} values, the buffer has ${values.length}`)
  return { layout, values }
}

/** The values of one parameter, a view and not a copy. Throws `RangeError` when there is none of that name. */
export function view(of: Params, name: string): Float32Array {
  let offset = 0
  for (const spec of of.layout) {
    const size = specSize(spec)
    if (spec.name === name) return of.values.subarray(offset, offset + size)
    offset += size
  }
  throw new RangeError(`view: no parameter '${name}'`)
}

/** True when both layouts name the same parameters, shapes and roles in the same order. */
export function sameLayout(a: Layout, b: Layout): boolean {
  return a.length === b.length && canonicalLayout(a) === canonicalLayout(b)
}

/** One line per parameter: `name role d0xd1`. Hashed, it identifies a layout on the wire. */
export function canonicalLayout(layout: Layout): string {
  return layout.map((spec) => `${spec.name} ${spec.role} ${spec.shape.join('x')}`).join('\n')
}

/** Throws `RangeError` when any parameter is `local`: such parameters never leave the device. */
export function assertTravels(layout: Layout): void {
  const local = layout.find((spec) => spec.role === 'local')
  if (local) throw new RangeError(`assertTravels: '${local.name}' is local and never leaves the device`)
}
