/** Plain JSON by dotted paths. */

export type Tree = Readonly<Record<string, unknown>>

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `over` on top of `base`: branch by branch, lists as a whole. */
export function merged(base: Tree, over: Tree): Tree {
  const both = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(over)) {
    const under = both.get(key)
    both.set(key, isTree(under) && isTree(value) ? merged(under, value) : value)
  }
  return Object.fromEntries(both)
}

/** A tree with one leaf: `nested('a.b', 1)` is `{ a: { b: 1 } }`. */
export function nested(path: string, value: unknown): Tree {
  const [key, ...rest] = path.split('.')
  return { [key]: rest.length > 0 ? nested(rest.join('.'), value) : value }
}

/** Every leaf by its path. Lists are leaves. */
export function leaves(tree: Tree, prefix = ''): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      isTree(value) && Object.keys(value).length > 0
        ? [...leaves(value, `${prefix}${key}.`)]
        : [[prefix + key, value] as const],
    ),
  )
}

/** The branch or leaf at a path; the tree itself for an empty one. */
export function at(tree: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path
  if (key === undefined) return tree
  return isTree(tree) && Object.hasOwn(tree, key) ? at(tree[key], rest) : undefined
}
