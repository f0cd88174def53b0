/** Draws a person, part by part, from far to near. */
import { clothColour, type Appearance } from './appearance.ts'
import { drawBag } from './bag.ts'
import { mix, paintEllipse, paintStrip, shade, type Canvas, type Colour, type Paint } from './canvas.ts'
import { drawHead } from './head.ts'
import { bodyAt, project, type Limbs, type View } from './pose.ts'
import { aroundBody, bone, lit, sectionWidth, type Part, type Sitting } from './sitting.ts'

export function drawFigure(
  on: Canvas,
  who: Appearance,
  view: View,
  { phase, light }: { phase: number; light: number },
): void {
  const sized = { ...view, scale: view.scale * who.height }
  const sitting: Sitting = { on, who, body: bodyAt(who, phase), view: sized, unit: sized.scale, light }
  const parts = [
    ...sitting.body.limbs.flatMap((limbs) => [leg(sitting, limbs), arm(sitting, limbs)]),
    ...hem(sitting),
    torso(sitting),
    ...drawHead(sitting),
    ...drawBag(sitting),
  ]
  for (const part of parts.sort((a, b) => a.depth - b.depth)) part.draw()
}

const plain =
  (colour: Colour): Paint =>
  () =>
    colour

/** Legs lie behind the torso, and the nearer leg before the other. */
function leg(sitting: Sitting, { hip, knee, ankle, toe }: Limbs): Part {
  const { who, view } = sitting
  const girth = 0.5 + 0.5 * who.girth
  const wide = who.lowerCut === 'trousers' ? 1.25 : 1
  const draw = () => {
    const cloth: Paint = (across, along) => clothColour(who.lower, aroundBody(view, across), along)
    const bare = plain(who.skin)
    const shorts = who.lowerCut === 'shorts'
    const trousers = who.lowerCut === 'trousers' || who.lowerCut === 'slim'
    bone(sitting, [ankle, toe], [0.022, 0.02], plain(who.shoes))
    bone(sitting, [knee, ankle], [0.036 * girth * wide, 0.025 * wide], trousers ? cloth : bare)
    bone(sitting, [hip, knee], [0.052 * girth, 0.038 * girth * wide], trousers || shorts ? cloth : bare)
    if (shorts) bone(sitting, [hip, knee], [0.056 * girth, 0.052 * girth], cloth)
  }
  return { depth: -2 + project(knee, view).depth, draw }
}

function arm(sitting: Sitting, { shoulder, elbow, hand }: Limbs): Part {
  const { who, view } = sitting
  const girth = 0.55 + 0.45 * who.girth
  const draw = () => {
    const sleeve: Paint = (across, along) => clothColour(who.upper, aroundBody(view, across), 0.1 + 0.5 * along)
    const cuff: Paint = (across, along) => clothColour(who.upper, aroundBody(view, across), 0.55 + 0.4 * along)
    const bare = plain(who.skin)
    const long = who.upperCut === 'sweater' || who.upperCut === 'open' || who.upperCut === 'coat'
    bone(sitting, [elbow, hand], [0.024 * girth, long ? 0.022 : 0.016], long ? cuff : bare)
    bone(sitting, [shoulder, elbow], [0.032 * girth, 0.026 * girth], who.upperCut === 'top' ? bare : sleeve)
    const at = project(hand, view)
    paintEllipse(sitting.on, { ...at, rx: 0.02 * sitting.unit, ry: 0.024 * sitting.unit }, plain(who.skin))
  }
  return { depth: 0.03 + project(elbow, view).depth, draw }
}

/** Skirts, which hang over both legs. */
function hem(sitting: Sitting): Part[] {
  const { who, body, view, on, light } = sitting
  if (who.lowerCut !== 'skirt' && who.lowerCut !== 'long skirt') return []
  const end = who.lowerCut === 'skirt' ? 0.33 : 0.12
  const draw = () =>
    paintStrip(
      on,
      {
        from: project(body.waist, view),
        to: project({ ...body.waist, y: end }, view),
        startWidth: sectionWidth(sitting, 0.075 * who.hips, 0.06),
        endWidth: sectionWidth(sitting, 0.14 * who.hips, 0.13),
        corners: 1,
      },
      lit((across, along) => clothColour(who.lower, aroundBody(view, across), along), light),
    )
  return [{ depth: -1, draw }]
}

function torso(sitting: Sitting): Part {
  const { who, body, view, on, light } = sitting
  const coat = who.upperCut === 'coat'
  const bottom = coat ? 0.36 : 0.5
  const top = 0.835
  const cloth: Paint = (across, along) => {
    const around = aroundBody(view, across)
    const front = Math.abs(Math.atan2(Math.sin(around), Math.cos(around)))
    if (who.upperCut === 'open' && front < 0.42) return who.inner
    if (coat && front < 0.06) return shade(who.upper.colour, 0.6)
    if (front < 0.5 && along < 0.06) return mix(who.skin, who.upper.colour, 0.3)
    return clothColour(who.upper, around, along)
  }
  const draw = () =>
    paintStrip(
      on,
      {
        from: project({ ...body.neck, y: top }, view),
        to: project({ ...body.waist, y: bottom }, view),
        startWidth: sectionWidth(sitting, 0.11 * who.shoulders, 0.062 * who.girth),
        endWidth: sectionWidth(sitting, (coat ? 0.12 : 0.088) * who.hips, (coat ? 0.095 : 0.072) * who.girth),
        corners: 0.05 * sitting.unit,
      },
      lit(cloth, light),
    )
  return { depth: 0, draw }
}
