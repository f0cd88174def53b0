/** An experiment as the list of its runs. */
import { FederationSettings } from '@passerby/protocol'
import { backboneNames, isBackboneName } from '@passerby/backbones'
import { reasonOf } from '@passerby/crops'
import * as v from 'valibot'
import { withEmbeddingWidth } from '../settings/backbone-argument.ts'
import { issueSentence, unknownSentence } from '../settings/issue-sentence.ts'
import { type Mode, refuseUnequal } from '../simulate/modes.ts'
import type { Arm, Experiment, Init, Scenario } from './experiment.ts'
import { type Tree, at, isTree, leaves, merged, nested } from './paths.ts'

export interface Run {
  /** Tells it from the experiment's other runs; also its folder's name. */
  readonly name: string
  /** What the experiment calls the arm; empty where it does not. */
  readonly arm: string
  readonly mode: Mode
  readonly scenario: Scenario
  readonly init: Init
  readonly seed: number
  /** Values of the grid by their paths. */
  readonly grid: Tree
  readonly settings: FederationSettings
}

/** What is wrong, and where: the first of `places` that the file has. */
export interface Complaint {
  readonly places: readonly (readonly (string | number)[])[]
  readonly message: string
}

/** One combination of the grid, with the position of each value in its list. */
interface GridPoint {
  readonly values: Tree
  readonly positions: Readonly<Record<string, number>>
}

/** What a simulated run decides itself. */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['seed', 'seeds are listed under `seeds`'],
  ['cohort.minClients', 'a simulated federation has all its clients'],
  ['local.validation', 'simulated clients train on all their people; query and gallery of the data sets measure'],
])

/** Whose settings they are where no strategy is named. */
const STRATEGY = v.parse(FederationSettings, { name: 'defaults' }).strategy.name

/** Every run, all of one seed before those of the next, so that a stopped sweep has whole tables; or all complaints. */
export function runsOf(experiment: Experiment): {
  readonly runs: readonly Run[]
  readonly complaints: readonly Complaint[]
} {
  const runs: Run[] = []
  const complaints: Complaint[] = []
  const points = gridPoints(Object.entries(experiment.grid))
  const taken = new Set<string>()
  for (const seed of experiment.seeds)
    for (const [which, init] of experiment.inits.entries())
      for (const point of points)
        for (const [arm, { label, mode, scenario }] of experiment.arms.entries()) {
          const checked = settingsOf(experiment, { init, which, arm, point, seed })
          if (!checked.settings) {
            if (seed === experiment.seeds[0]) complaints.push(...checked.complaints)
            continue
          }
          const unequal = complaintOf(() => refuseUnequal(mode, checked.settings))
          if (unequal !== undefined) complaints.push({ places: [['arms', arm]], message: unequal })
          const grid = point.values
          const varied = Object.entries(grid).map(([path, value]) => `${path}=${JSON.stringify(value)}`)
          const what = label ?? `${mode}-${scenario}`
          const name = sanitised([what, init.label, ...varied, `seed-${seed}`].join(' '))
          if (taken.has(name) && seed === experiment.seeds[0])
            complaints.push({
              places: twicePlaces(experiment, arm, point),
              message: `two runs would be called ${name}: leave out or rename what is there twice`,
            })
          taken.add(name)
          runs.push({ name, arm: label ?? '', mode, scenario, init, seed, grid, settings: checked.settings })
        }
  return { runs, complaints: firstOfEach(complaints) }
}

interface Choice {
  readonly init: Init
  readonly which: number
  readonly arm: number
  readonly point: GridPoint
  readonly seed: number
}

type Checked =
  | { readonly settings: FederationSettings }
  | { readonly settings?: undefined; readonly complaints: readonly Complaint[] }

/** Where several say something of one setting, the grid wins over the arm, the arm over the first model. */
function settingsOf({ name, settings, inits, arms }: Experiment, { init, which, arm, point, seed }: Choice): Checked {
  const own = arms[arm].settings
  const given = Object.entries(point.values).reduce<Tree>(
    (tree, [path, value]) => merged(tree, nested(path, value)),
    merged(merged(settings, init.settings), own),
  )
  const fixed = { seed, cohort: { minClients: 1 }, local: { validation: 0 } }
  const parsed = v.safeParse(FederationSettings, merged(merged({ name, strategy: { name: STRATEGY } }, given), fixed))
  const complaint = (path: string, message: string): Complaint => ({
    places: [
      ...Object.entries(point.positions)
        .filter(([varied]) => path === varied || path.startsWith(`${varied}.`))
        .map(([varied, position]) => ['grid', varied, position]),
      ...(at(own, path.split('.')) === undefined ? [] : [['arms', arm, 'settings', ...path.split('.')]]),
      ...(inits[which] && at(init.settings, path.split('.')) !== undefined
        ? [['inits', which, 'settings', ...path.split('.')]]
        : []),
      ['settings', ...path.split('.')],
    ],
    message: `settings.${path}: ${message}`,
  })
  const complaints = [...leaves(given).keys()].flatMap((path) => {
    const why = FIXED.get(path)
    return why === undefined ? [] : [complaint(path, `is not for an experiment to set: ${why}`)]
  })
  if (!parsed.success)
    return {
      complaints: [
        ...complaints,
        ...parsed.issues.map((issue) => complaint(v.getDotPath(issue) ?? '', issueSentence(issue, FederationSettings))),
      ],
    }
  complaints.push(
    ...unknownFields(given, parsed.output).map(({ path, known }) =>
      unknownField(complaint(path, unknownSentence(path.split('.').at(-1) ?? '', known))),
    ),
  )
  if (!isBackboneName(parsed.output.local.backbone))
    complaints.push(
      complaint('local.backbone', `one of ${backboneNames.join(', ')} is needed, plain or with its options`),
    )
  return complaints.length > 0 ? { complaints } : { settings: withEmbeddingWidth(parsed.output) }
}

/** A name that the grid varies is wrong once, not in every value. */
const unknownField = ({ places, message }: Complaint): Complaint => ({
  places: places.map((place) => (place[0] === 'grid' ? place.slice(0, 2) : place)),
  message,
})

/** Fields that the schema passed over, with those that it has beside them. */
function unknownFields(
  given: Tree,
  parsed: Tree,
  prefix = '',
): { readonly path: string; readonly known: readonly string[] }[] {
  return Object.entries(given).flatMap(([key, value]) => {
    if (!Object.hasOwn(parsed, key)) return [{ path: prefix + key, known: Object.keys(parsed) }]
    const inside = parsed[key]
    return isTree(value) && isTree(inside) ? unknownFields(value, inside, `${prefix}${key}.`) : []
  })
}

function gridPoints(grid: readonly (readonly [string, readonly unknown[]])[]): readonly GridPoint[] {
  return grid.reduce<readonly GridPoint[]>(
    (points, [path, values]) =>
      points.flatMap((point) =>
        values.map((value, position) => ({
          values: { ...point.values, [path]: value },
          positions: { ...point.positions, [path]: position },
        })),
      ),
    [{ values: {}, positions: {} }],
  )
}

/** Where an arm or a value of the grid is named that an earlier one equals, in what it is or how it is written in a name. */
function twicePlaces({ arms, grid }: Experiment, arm: number, { positions }: GridPoint): Complaint['places'] {
  const written = (value: unknown) => sanitised(JSON.stringify(value))
  const called = ({ label, mode, scenario }: Arm) => sanitised(label ?? `${mode}-${scenario}`)
  const first = arms.findIndex((other) => called(other) === called(arms[arm]))
  return [
    ...Object.entries(positions)
      .filter(([path, position]) => {
        const texts = grid[path].map(written)
        return texts.indexOf(texts[position]) < position
      })
      .map(([path, position]) => ['grid', path, position]),
    ...(first < arm ? [['arms', arm]] : []),
    ['name'],
  ]
}

/** A run's name is a folder's: other characters, one or several in a row, become `_`. */
const sanitised = (text: string) => text.replaceAll(/[^\w.=-]+/g, '_')

function complaintOf(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

function firstOfEach(complaints: readonly Complaint[]): readonly Complaint[] {
  return [...new Map(complaints.map((complaint) => [JSON.stringify(complaint), complaint])).values()]
}
