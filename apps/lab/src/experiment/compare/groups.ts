/** Runs that differ by their seed alone, put together; what tells the groups apart becomes their columns. */
import { LabError } from '../../errors.ts'
import { leaves } from '../paths.ts'
import type { RunResult } from '../result.ts'

export interface Group {
  /** By column. */
  readonly key: ReadonlyMap<string, string>
  /** One per seed. */
  readonly runs: readonly RunResult[]
}

export interface Grouped {
  /** First model, mode and scenario always; between them the settings and data choices in which the runs differ. */
  readonly columns: readonly string[]
  /** In the columns' order. */
  readonly groups: readonly Group[]
  /** Settings in which the first models differ once and for all, as their backbones do: by init, then path. */
  readonly settled: ReadonlyMap<string, ReadonlyMap<string, string>>
}

const NOT_COMPARED = new Set(['name', 'description', 'seed'])

/** Throws `LabError` when a group has the same seed twice, which would count one run as two. */
export function groupsOf(results: readonly RunResult[]): Grouped {
  const { varied, settled } = differences(results)
  const groups = new Map<string, { key: Map<string, string>; runs: RunResult[] }>()
  for (const run of results) {
    const choices = choicesOf(run)
    const key = new Map([
      ['init', run.init],
      ...varied.map((path) => [path, choices.get(path) ?? ''] as const),
      ['mode', run.mode],
      ['scenario', run.scenario],
    ])
    const name = JSON.stringify([...key])
    const group = groups.get(name) ?? { key, runs: [] }
    if (group.runs.some(({ seed }) => seed === run.seed))
      throw new LabError(
        'unusable',
        `${[...key.values()].join(', ')} with seed ${run.seed} is there twice: compare one folder of it only`,
      )
    group.runs.push(run)
    groups.set(name, group)
  }
  const columns = ['init', ...varied, 'mode', 'scenario']
  const rank = ({ key }: Group) => JSON.stringify(columns.map((column) => key.get(column)))
  return { columns, groups: [...groups.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)), settled }
}

/** Paths whose values differ between runs: those that vary under some first model, and what each first model settles. */
function differences(results: readonly RunResult[]): Pick<Grouped, 'settled'> & { readonly varied: readonly string[] } {
  const all = results.map((run) => ({ init: run.init, choices: choicesOf(run) }))
  const inits = [...new Set(all.map(({ init }) => init))].sort()
  const under = (init: string) => all.filter((run) => run.init === init)
  const valuesOf = (path: string, some = all) => new Set(some.map(({ choices }) => choices.get(path))).size
  const differing = [...new Set(all.flatMap(({ choices }) => [...choices.keys()]))].filter((path) => valuesOf(path) > 1)
  const varied = differing.filter((path) => inits.some((init) => valuesOf(path, under(init)) > 1))
  const kept = differing.filter((path) => !varied.includes(path))
  const settled = inits.map((init) => {
    const choices = under(init).at(0)?.choices
    return [init, new Map(kept.map((path) => [path, choices?.get(path) ?? '–']))] as const
  })
  return { varied, settled: new Map(kept.length > 0 ? settled : []) }
}

function choicesOf({ settings, data }: RunResult): ReadonlyMap<string, string> {
  return new Map(
    [...leaves(settings), ...leaves({ data })]
      .filter(([path]) => !NOT_COMPARED.has(path))
      .map(([path, value]) => [path, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
