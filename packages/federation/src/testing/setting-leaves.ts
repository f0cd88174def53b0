import * as v from 'valibot'
import { type StrategyName, StrategySettings, defaultsOf, strategies } from '../strategies/index.ts'

/** One setting of a strategy, and where it is: `clustering.by`. */
export interface Leaf {
  readonly path: string
  readonly schema: v.OptionalSchema<Wrapped, unknown>
}

type Wrapped = v.GenericSchema & { readonly options?: readonly string[]; readonly entries?: Entries }
type Entries = Readonly<Record<string, Leaf['schema']>>

/** Every setting but the name, groups of settings opened. */
export function leavesOf(name: StrategyName): readonly Leaf[] {
  const { name: _, ...entries } = strategies[name].settings.entries
  return leavesUnder([], entries)
}

function leavesUnder(path: readonly string[], entries: Entries): readonly Leaf[] {
  return Object.entries(entries).flatMap(([key, schema]) => {
    const here = [...path, key]
    const inner = schema.wrapped?.entries
    return inner ? leavesUnder(here, inner) : [{ path: here.join('.'), schema }]
  })
}

/** What may be chosen; none where it is no choice. */
export function optionsOf({ schema: { wrapped } }: Leaf): readonly string[] {
  return wrapped?.type === 'picklist' ? (wrapped.options ?? []) : []
}

/** The defaults of every strategy, and each option of each of its settings on its own. */
export function everyOption(): readonly { readonly label: string; readonly settings: StrategySettings }[] {
  return (Object.keys(strategies) as readonly StrategyName[]).flatMap((name) => [
    { label: name, settings: defaultsOf(name) },
    ...leavesOf(name).flatMap((leaf) =>
      optionsOf(leaf)
        .filter((option) => option !== v.getDefault(leaf.schema))
        .map((option) => ({
          label: `${name} with ${leaf.path} ${option}`,
          settings: v.parse(StrategySettings, { name, ...nested(leaf.path.split('.'), option) }),
        })),
    ),
  ])
}

function nested([key, ...rest]: readonly string[], value: string): object {
  return { [key]: rest.length === 0 ? value : nested(rest, value) }
}
