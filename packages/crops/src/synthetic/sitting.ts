/** What the parts of a figure share. */
import type { Appearance } from './appearance.ts'
import { paintStrip, shade, type Canvas, type Paint } from './canvas.ts'
import { project, type Body, type Joint, type View } from './pose.ts'

/** Everything a part needs to be drawn. */
export interface Sitting {
  readonly on: Canvas
  readonly who: Appearance
  readonly body: Body
  readonly view: View
  /** Pixels of one body length. */
  readonly unit: number
  /** Light from the left (negative) or right, -1 to 1. */
  readonly light: number
}

export interface Part {
  readonly depth: number
  readonly draw: () => void
}

/** Half width in pixels of a body section that is `wide` from side to side and `deep` from front to back. */
export function sectionWidth({ unit, view }: Sitting, wide: number, deep: number): number {
  return unit * view.stretch * Math.hypot(wide * Math.cos(view.yaw), deep * Math.sin(view.yaw))
}

/** Roundness: darker towards the edges, brighter where the light comes from. */
export function lit(paint: Paint, light: number): Paint {
  return (across, along) => shade(paint(across, along), 1 - 0.28 * across * across + 0.16 * light * across)
}

/** The angle around the body, 0 in front, of a place on a round part as it is seen. */
export function aroundBody(view: View, across: number): number {
  return Math.asin(Math.max(-1, Math.min(1, across))) - view.yaw
}

/** A limb between two joints; half widths as shares of the body's height. */
export function bone(
  sitting: Sitting,
  ends: readonly [Joint, Joint],
  widths: readonly [number, number],
  paint: Paint,
): void {
  const { on, unit, view, light } = sitting
  paintStrip(
    on,
    {
      from: project(ends[0], view),
      to: project(ends[1], view),
      startWidth: widths[0] * unit * view.stretch,
      endWidth: widths[1] * unit * view.stretch,
      corners: 'round',
    },
    lit(paint, light),
  )
}
