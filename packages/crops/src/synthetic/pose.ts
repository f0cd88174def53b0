/** Where a walking body's joints are, and where a camera sees them. */
import type { Appearance } from './appearance.ts'
import type { Point } from './canvas.ts'

/** Shares of the body's height: x to the person's left, y up from the ground, z forward. */
export interface Joint {
  readonly x: number
  readonly y: number
  readonly z: number
}

/** One side of the body; `side` is 1 for the left. */
export interface Limbs {
  readonly side: 1 | -1
  readonly shoulder: Joint
  readonly elbow: Joint
  readonly hand: Joint
  readonly hip: Joint
  readonly knee: Joint
  readonly ankle: Joint
  readonly toe: Joint
}

export interface Body {
  readonly head: Joint
  readonly neck: Joint
  readonly waist: Joint
  readonly limbs: readonly Limbs[]
}

const THIGH = 0.25
const SHIN = 0.245
const UPPER_ARM = 0.17
const FOREARM = 0.16

/** The body at one moment of its walk; `phase` in radians, a full cycle is two steps. */
export function bodyAt({ gait, shoulders, hips }: Appearance, phase: number): Body {
  const lean = Math.sin(gait.lean)
  const rise = 0.012 * Math.cos(2 * phase) * gait.stride
  const at = (x: number, y: number, z: number): Joint => ({ x, y: y + rise, z: z + lean * (y - 0.5) })
  const limbs = ([1, -1] as const).map((side): Limbs => {
    const swing = gait.stride * Math.sin(phase) * side
    const bend = gait.stride * Math.max(0, Math.cos(phase) * side) * 1.3
    const armSwing = -gait.armSwing * Math.sin(phase) * side
    const shoulder = at(side * 0.105 * shoulders, 0.81, 0)
    const elbow = swung(shoulder, UPPER_ARM, armSwing - 0.08, side * 0.02)
    const hip = at(side * 0.052 * hips, 0.52, 0)
    const knee = swung(hip, THIGH, swing, 0)
    const ankle = swung(knee, SHIN, swing - bend, 0)
    return {
      side,
      shoulder,
      elbow,
      hand: swung(elbow, FOREARM, armSwing + gait.elbow, -side * 0.01),
      hip,
      knee,
      ankle,
      toe: { x: ankle.x + side * 0.01, y: ankle.y - 0.02, z: ankle.z + 0.075 },
    }
  })
  return {
    head: at(0, 0.925, 0.012 + gait.headDown),
    neck: at(0, 0.835, 0),
    waist: at(0, 0.6, 0),
    limbs,
  }
}

/** The end of a bone that hangs from a joint, swung forward by `angle` and put aside by `aside`. */
function swung(from: Joint, length: number, angle: number, aside: number): Joint {
  return { x: from.x + aside, y: from.y - length * Math.cos(angle), z: from.z + length * Math.sin(angle) }
}

/** How a camera sees a person. */
export interface View {
  /** Turn of the person in radians: 0 faces the camera, π shows the back. */
  readonly yaw: number
  /** The camera's height as an angle in radians; 0 is level. */
  readonly elevation: number
  /** Pixels per body height. */
  readonly scale: number
  /** Horizontal stretch. */
  readonly stretch: number
  /** Where the feet are, in pixels. */
  readonly foot: Point
}

export interface Seen extends Point {
  /** Larger is nearer. */
  readonly depth: number
}

/** Orthographic, but from high above heads grow and feet shrink a little. */
export function project(joint: Joint, { yaw, elevation, scale, stretch, foot }: View): Seen {
  const right = joint.x * Math.cos(yaw) + joint.z * Math.sin(yaw)
  const depth = joint.z * Math.cos(yaw) - joint.x * Math.sin(yaw)
  const closeness = 1 + 0.5 * Math.sin(elevation) * (joint.y - 0.5)
  return {
    x: foot.x + scale * stretch * closeness * right,
    y: foot.y - scale * (joint.y * Math.cos(elevation) - depth * Math.sin(elevation)),
    depth,
  }
}
