/** Points in a plane as an SVG file: each identity has a colour and a shape of its own. */

export interface ScatterPoint {
  readonly x: number
  readonly y: number
  readonly identity: string
  /** Shown where the pointer rests. */
  readonly name: string
}

export interface Scatter {
  readonly title: string
  readonly axes: readonly [x: string, y: string]
  readonly points: readonly ScatterPoint[]
}

/** Okabe & Ito's, which colour-blind people tell apart; without the yellow, which white paper swallows. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000']
const PLOT = { left: 56, top: 48, size: 560 }
const LEGEND_WIDTH = 170
const LINE = 20
const RADIUS = 5

/** Shapes around the origin. Five of them and seven colours: 35 identities look different. */
const SHAPES = [
  `<circle r="${RADIUS}"/>`,
  `<rect x="-4.5" y="-4.5" width="9" height="9"/>`,
  `<path d="M0 -6 L5.5 4.5 L-5.5 4.5 Z"/>`,
  `<path d="M0 -6.5 L6.5 0 L0 6.5 L-6.5 0 Z"/>`,
  `<path d="M-2 -6 H2 V-2 H6 V2 H2 V6 H-2 V2 H-6 V-2 H-2 Z"/>`,
]

export function scatterSvg({ title, axes, points }: Scatter): string {
  const identities = [...new Set(points.map(({ identity }) => identity))].sort()
  const lookOf = new Map(identities.map((identity, at) => [identity, look(at)]))
  const { left, top, size } = PLOT
  // One scale for both axes: distances in the picture are distances in the plane.
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const reach = 1.08 * Math.max(spread(xs), spread(ys), Number.MIN_VALUE)
  const place = (value: number, values: readonly number[]) => ((value - middle(values)) / reach + 0.5) * size
  const marks = points.map(({ x, y, identity, name }) => {
    const at = `translate(${(left + place(x, xs)).toFixed(1)} ${(top + size - place(y, ys)).toFixed(1)})`
    return `<g transform="${at}" ${lookOf.get(identity)?.paint}>${lookOf.get(identity)?.shape}<title>${escaped(`${identity}: ${name}`)}</title></g>`
  })
  const legend = identities.map((identity, at) => {
    const y = top + 8 + at * LINE
    return `<g transform="translate(${left + size + 28} ${y})" ${lookOf.get(identity)?.paint}>${lookOf.get(identity)?.shape}</g><text x="${left + size + 42}" y="${y + 4}">${escaped(identity)}</text>`
  })
  const height = Math.max(top + size + 44, top + identities.length * LINE + 16)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + size + LEGEND_WIDTH}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${left}" y="28" font-size="16">${escaped(title)}</text>`,
    `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#bbb"/>`,
    `<text x="${left + size / 2}" y="${top + size + 26}" text-anchor="middle">${escaped(axes[0])}</text>`,
    `<text transform="translate(${left - 18} ${top + size / 2}) rotate(-90)" text-anchor="middle">${escaped(axes[1])}</text>`,
    ...marks,
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}

function look(at: number): { readonly shape: string; readonly paint: string } {
  const colour = COLOURS[at % COLOURS.length]
  return {
    shape: SHAPES[at % SHAPES.length],
    paint: `fill="${colour}" fill-opacity="0.75" stroke="${colour}"`,
  }
}

const middle = (values: readonly number[]) => (Math.min(...values) + Math.max(...values)) / 2
const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values)

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
