import { mix, paintEllipse, paintStrip, shade, type Paint } from './canvas.ts'
import { bone, lit, type Part, type Sitting } from './sitting.ts'
import { project } from './pose.ts'

/** Neck, skull, hair and face. Long hair hangs behind: over the torso when seen from the back, under it from the front. */
export function drawHead(sitting: Sitting): Part[] {
  const { on, who, body, view, unit, light } = sitting
  const at = project(body.head, view)
  const facing = Math.cos(view.yaw)
  const sideways = Math.sin(view.yaw)
  const rx = 0.05 * unit * view.stretch
  const ry = 0.064 * unit
  const crown = who.hairCut === 'bald' ? who.skin : who.hair
  const skull = () => {
    bone(sitting, [body.neck, body.head], [0.032, 0.028], () => shade(who.skin, 0.85))
    paintEllipse(
      on,
      { ...at, rx, ry },
      lit(() => crown, light),
    )
    drawFace()
    if (who.hairCut === 'cap') drawCap()
  }
  const drawFace = () => {
    const seen = Math.max(0, facing + 0.55) / 1.55
    const face = {
      x: at.x + sideways * rx * 0.5,
      y: at.y + ry * 0.18,
      rx: rx * 0.86 * Math.min(1, seen + 0.15),
      ry: ry * 0.8,
    }
    if (seen <= 0.05) return
    const features: Paint = (across, along) => {
      const eyes = along > 0.33 && along < 0.45 && Math.abs(Math.abs(across) - 0.45) < 0.2
      const mouth = along > 0.74 && along < 0.82 && Math.abs(across) < 0.35
      if (eyes) return mix(who.skin, [0.1, 0.08, 0.08], 0.6)
      return mouth ? mix(who.skin, [0.6, 0.2, 0.2], 0.4) : who.skin
    }
    paintEllipse(on, face, lit(features, light))
  }
  const drawCap = () => {
    const cap = lit(() => who.cap, light)
    paintEllipse(on, { x: at.x, y: at.y - ry * 0.5, rx: rx * 1.08, ry: ry * 0.62 }, cap)
    const brim = { x: at.x + sideways * rx * 0.9, y: at.y - ry * 0.22 }
    paintEllipse(on, { ...brim, rx: rx * (0.5 + 0.5 * Math.abs(sideways)), ry: ry * 0.16 }, () => shade(who.cap, 0.75))
  }
  const length = { bald: 0, short: 0, cap: 0, bob: 0.09, long: 0.19 }[who.hairCut]
  const hanging: Part = {
    depth: facing < 0.25 ? 0.5 : -0.5,
    draw: () => {
      const from = { x: at.x - sideways * rx * 0.35, y: at.y }
      const to = { x: from.x - sideways * rx * 0.3, y: at.y + length * unit }
      paintStrip(
        on,
        { from, to, startWidth: rx * 1.05, endWidth: rx * 1.1, corners: rx * 0.5 },
        lit(() => who.hair, light),
      )
    },
  }
  return [...(length > 0 ? [hanging] : []), { depth: 0.4, draw: skull }]
}
