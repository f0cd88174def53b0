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
  /** First model, mode and scenario always, the arm where it has a label; between them settings and data choices that vary. */
  readonly columns: readonly string[]
  /** In the columns' order. */
  readonly groups: readonly Group[]
  /** What comes with a first model or an arm once and for all, as a backbone or a strategy does: by its label, then path. */
  readonly settled: ReadonlyMap<string, ReadonlyMap<string, string>>
}

const NOT_COMPARED = new Set(['name', 'description', 'seed'])

/** Throws `LabError` when a group has the same seed twice, which would count one run as two. */
export function groupsOf(results: readonly RunResult[]): Grouped {
  const { varied, settled } = differences(results)
  const labelled = results.some(({ arm }) => arm !== '')
  const groups = new Map<string, { key: Map<string, string>; runs: RunResult[] }>()
  for (const run of results) {
    const choices = choicesOf(run)
    const key = new Map([
      ['init', run.init],
      ...varied.map((path) => [path, choices.get(path) ?? ''] as const),
      ...(labelled ? [['arm', run.arm] as const] : []),
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
  const columns = ['init', ...varied, ...(labelled ? ['arm'] : []), 'mode', 'scenario']
  const rank = ({ key }: Group) => JSON.stringify(columns.map((column) => key.get(column)))
  return { columns, groups: [...groups.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)), settled }
}

/**
 * Paths whose values differ between runs: those that vary under some first model and under some arm, and what either settles,
 * first models before arms.
 */
function differences(results: readonly RunResult[]): Pick<Grouped, 'settled'> & { readonly varied: readonly string[] } {
  const all = results.map((run) => ({ init: run.init, arm: run.arm, choices: choicesOf(run) }))
  const valuesOf = (path: string, some = all) => new Set(some.map(({ choices }) => choices.get(path))).size
  const differing = [...new Set(all.flatMap(({ choices }) => [...choices.keys()]))].filter((path) => valuesOf(path) > 1)
  const settledBy = (by: 'init' | 'arm', paths: readonly string[]) => {
    const labels = [...new Set(all.map((run) => run[by]))].filter((label) => label !== '').sort()
    const under = (label: string) => all.filter((run) => run[by] === label)
    const unlabelled = all.filter((run) => run[by] === '')
    const kept = paths.filter(
      (path) => labels.every((label) => valuesOf(path, under(label)) === 1) && valuesOf(path, unlabelled) <= 1,
    )
    const told = labels.map((label) => {
      const choices = under(label).at(0)?.choices
      return [label, new Map(kept.map((path) => [path, choices?.get(path) ?? '–']))] as const
    })
    return { kept, told: kept.length > 0 ? told : [] }
  }
  const inits = settledBy('init', differing)
  const arms = settledBy(
    'arm',
    differing.filter((path) => !inits.kept.includes(path)),
  )
  return {
    varied: differing.filter((path) => !inits.kept.includes(path) && !arms.kept.includes(path)),
    settled: new Map([...inits.told, ...arms.told]),
  }
}

function choicesOf({ settings, data }: RunResult): ReadonlyMap<string, string> {
  return new Map(
    [...leaves(settings), ...leaves({ data })]
      .filter(([path]) => !NOT_COMPARED.has(path))
      .map(([path, value]) => [path, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
