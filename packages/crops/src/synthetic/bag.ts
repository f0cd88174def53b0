import { paintStrip, shade } from './canvas.ts'
import { bone, lit, sectionWidth, type Part, type Sitting } from './sitting.ts'
import { project, type Joint } from './pose.ts'

/** What the person carries, with straps where it hangs from a shoulder. */
export function drawBag(sitting: Sitting): Part[] {
  const { who, body } = sitting
  const hand = body.limbs.find((limbs) => limbs.side === who.bagSide)?.hand ?? body.waist
  switch (who.bag) {
    case 'none':
      return []
    case 'backpack':
      return [
        sack(sitting, { at: { ...body.neck, y: 0.69, z: -0.1 }, wide: 0.085, deep: 0.055, tall: 0.21 }),
        ...([1, -1] as const).map((side) =>
          strap(sitting, { x: side * 0.07, y: 0.825, z: 0.06 }, { x: side * 0.08, y: 0.64, z: 0.06 }),
        ),
      ]
    case 'shoulder bag':
      return [
        sack(sitting, { at: { x: who.bagSide * 0.14, y: 0.5, z: -0.01 }, wide: 0.035, deep: 0.085, tall: 0.13 }),
        strap(sitting, { x: -who.bagSide * 0.075, y: 0.825, z: 0.065 }, { x: who.bagSide * 0.11, y: 0.55, z: 0.075 }),
        strap(sitting, { x: -who.bagSide * 0.075, y: 0.825, z: -0.065 }, { x: who.bagSide * 0.11, y: 0.55, z: -0.075 }),
      ]
    case 'handbag':
      return [sack(sitting, { at: { ...hand, y: hand.y - 0.09 }, wide: 0.03, deep: 0.075, tall: 0.13 })]
  }
}

interface Sack {
  readonly at: Joint
  readonly wide: number
  readonly deep: number
  readonly tall: number
}

/** A box with rounded corners; `at` is its centre. It is as deep in the picture as its centre is. */
function sack(sitting: Sitting, { at, wide, deep, tall }: Sack): Part {
  const { on, who, view, light } = sitting
  const paint = lit((_, along) => shade(who.bagColour, along > 0.42 && along < 0.5 ? 0.6 : 1), light)
  const width = sectionWidth(sitting, wide, deep)
  const draw = () =>
    paintStrip(
      on,
      {
        from: project({ ...at, y: at.y + tall / 2 }, view),
        to: project({ ...at, y: at.y - tall / 2 }, view),
        startWidth: width * 0.9,
        endWidth: width,
        corners: 0.02 * sitting.unit,
      },
      paint,
    )
  return { depth: project(at, view).depth, draw }
}

/** Drawn only on the side of the body that is seen. */
function strap(sitting: Sitting, from: Joint, to: Joint): Part {
  const depth = project({ x: 0, y: 0.7, z: from.z }, sitting.view).depth
  const draw = () => {
    if (depth > 0) bone(sitting, [from, to], [0.011, 0.011], () => shade(sitting.who.bagColour, 0.8))
  }
  return { depth: 0.02 + Math.max(0, depth) * 0.1, draw }
}
