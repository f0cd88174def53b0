/**
 * FedReID's finding (ALGORITHMS 2.10): a federation of single cameras trails one of identity groups, and one learner that
 * has all images. Told from the figures, by first model and data set.
 */
import type { Group, Grouped } from './groups.ts'
import { type Metric, metrics, setsOf } from './rows.ts'
import { type Spread, overlap, spreadOf } from './spread.ts'

export interface Case {
  /** First model and varied settings. */
  readonly under: string
  readonly set: string
  readonly holds: boolean
  readonly gaps: readonly Gap[]
  /** False where by-camera leaves the data set to one client: nothing is split there. */
  readonly splitByCamera: boolean
}

/** How far by-camera is behind, in points; negative where it leads. */
export interface Gap {
  readonly behind: 'by-identity' | 'centralised'
  readonly metric: Metric
  readonly points: number
  /** Of their seeds. */
  readonly overlap: boolean
}

/** Every case that has all three figures. It holds where by-camera trails both in rank-1 and in mAP. */
export function casesOf({ groups }: Grouped): readonly Case[] {
  const cameras = groups.filter((group) => isArm(group, 'federated', 'by-camera'))
  return cameras.flatMap((camera) => {
    const beside = groups.filter((group) => underOf(group) === underOf(camera))
    const identity = beside.find((group) => isArm(group, 'federated', 'by-identity'))
    const centralised =
      beside.find((group) => isArm(group, 'centralised', 'by-camera')) ??
      beside.find((group) => group.key.get('mode') === 'centralised')
    if (!identity || !centralised) return []
    return setsOf(camera.runs).flatMap((set) => {
      const gaps = metrics.flatMap((metric) => [
        ...gapOf('by-identity', metric, [spread(camera, set, metric), spread(identity, set, metric)]),
        ...gapOf('centralised', metric, [spread(camera, set, metric), spread(centralised, set, metric)]),
      ])
      if (gaps.length < 2 * metrics.length) return []
      const clients = camera.runs[0].clients.filter(({ sets }) => sets.includes(set)).length
      return [
        {
          under: [camera.key.get('arm'), underOf(camera)].filter((part) => part).join(', '),
          set,
          holds: gaps.every(({ points }) => points > 0),
          gaps,
          splitByCamera: clients > 1,
        },
      ]
    })
  })
}

/** A sentence per case and one over all. Empty without the three arms. */
export function findingLines(cases: readonly Case[]): readonly string[] {
  if (cases.length === 0) return []
  const split = cases.filter(({ splitByCamera }) => splitByCamera)
  const count = (some: readonly Case[]) => `${some.filter(({ holds }) => holds).length} of ${some.length}`
  return [
    `FedReID's finding, that by-camera trails by-identity and centralised, holds in ${count(split)} cases (first model × data set split by camera), in ${count(cases)} with data sets that by-camera leaves whole. Points of rank-1 / mAP:`,
    ...cases.map(sentence),
  ]
}

function sentence({ under, set, holds, gaps, splitByCamera }: Case): string {
  const behind = (other: Gap['behind']) => {
    const both = gaps.filter((gap) => gap.behind === other)
    const points = both.map((gap) => signed(gap.points)).join(' / ')
    return `${other} by ${points}${both.some(({ overlap }) => overlap) ? ' (seeds overlap)' : ''}`
  }
  const whole = splitByCamera ? '' : ', one client under by-camera'
  return `${under}, ${set}${whole}: ${holds ? 'holds' : 'does not hold'}; by-camera trails ${behind('by-identity')}, ${behind('centralised')}`
}

function gapOf(
  behind: Gap['behind'],
  metric: Metric,
  [camera, other]: readonly (Spread | undefined)[],
): readonly Gap[] {
  if (!camera || !other) return []
  return [{ behind, metric, points: other.mean - camera.mean, overlap: overlap(camera, other) }]
}

const spread = ({ runs }: Group, set: string, metric: Metric) =>
  spreadOf(runs.flatMap(({ final }) => final[set]?.[metric] ?? []))

const isArm = ({ key }: Group, mode: string, scenario: string) =>
  key.get('mode') === mode && key.get('scenario') === scenario

const underOf = ({ key }: Group) =>
  [...key]
    .flatMap(([column, value]) =>
      column === 'mode' || column === 'scenario' || column === 'arm'
        ? []
        : [column === 'init' ? value : `${column} ${value}`],
    )
    .join(', ')

const signed = (points: number) => (points < 0 ? `−${(-points).toFixed(1)}` : points.toFixed(1))
