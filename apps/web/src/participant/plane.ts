/** Where points of a plane are drawn, and who of them is told apart. */
import type { PlanePoint } from './worker/workbench.ts'

export interface Counted {
  readonly identity: string
  readonly crops: number
}

/** The identities with the most crops, equal ones by name. */
export function mostSeen(points: readonly Pick<PlanePoint, 'identity'>[], most: number): readonly Counted[] {
  const counts = new Map<string, number>()
  for (const { identity } of points) counts.set(identity, (counts.get(identity) ?? 0) + 1)
  return [...counts]
    .map(([identity, crops]) => ({ identity, crops }))
    .sort((a, b) => b.crops - a.crops || (a.identity < b.identity ? -1 : 1))
    .slice(0, most)
}

export interface Drawing {
  readonly height: number
  readonly places: readonly { readonly x: number; readonly y: number }[]
}

/** Flatter than this, a picture hides what the second direction tells. */
const FLATTEST = 0.6

/**
 * Points in a picture `width` wide with a `margin`, upwards what is upwards in the plane. One scale for both directions, so
 * that distances in the picture are distances in the plane; as high as it needs, and no higher than wide.
 */
export function drawingOf(
  points: readonly Pick<PlanePoint, 'x' | 'y'>[],
  { width, margin }: { readonly width: number; readonly margin: number },
): Drawing {
  const across = rangeOf(points.map(({ x }) => x))
  const upwards = rangeOf(points.map(({ y }) => y))
  const inner = width - 2 * margin
  const scale = inner / Math.max(across.length, upwards.length, Number.MIN_VALUE)
  const height = 2 * margin + Math.max(FLATTEST * inner, scale * upwards.length)
  return {
    height,
    places: points.map(({ x, y }) => ({
      x: width / 2 + scale * (x - across.middle),
      y: height / 2 - scale * (y - upwards.middle),
    })),
  }
}

function rangeOf(values: readonly number[]): { readonly middle: number; readonly length: number } {
  const low = Math.min(...values)
  const high = Math.max(...values)
  return { middle: (low + high) / 2, length: high - low }
}
