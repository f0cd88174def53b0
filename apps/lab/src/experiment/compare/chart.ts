/** Line charts as SVG: panels side by side on common axes, bands around the lines, one legend below. Sizes in pixels. */
import { ticks } from './ticks.ts'

export interface ChartPoint {
  readonly x: number
  readonly y: number
  /** The band around the line. */
  readonly min: number
  readonly max: number
}

export interface ChartLine {
  /** Lines of one name look the same in every panel. */
  readonly name: string
  readonly points: readonly ChartPoint[]
}

export interface Chart {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly panels: readonly { readonly title: string; readonly lines: readonly ChartLine[] }[]
}

/** Okabe and Ito's colours for all kinds of colour vision, without the yellow that white swallows. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#3b3b3b']
/** Taken when the colours come round again. */
const DASHES = ['', '7 4', '2 3', '9 3 2 3']

const PLOT = { width: 300, height: 220 }
const MARGIN = { left: 64, top: 64, right: 20, bottom: 52 }
const GAP = 44
const COLUMNS = 3
const ROW = PLOT.height + 78
const LEGEND_LINE = 22
const CHARACTER = 7.2
const SWATCH = 40
const INK = '#1f2328'
const QUIET = '#59636e'
const GRID = '#e4e7eb'

interface Scale {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly xTicks: readonly number[]
  readonly yTicks: readonly number[]
}

interface Look {
  readonly colour: string
  readonly dash: string
}

/** A whole SVG document on white. */
export function chartSvg(chart: Chart): string {
  const names = [...new Set(chart.panels.flatMap(({ lines }) => lines.map(({ name }) => name)))]
  const looks = new Map(names.map((name, at) => [name, lookOf(at)]))
  const scale = scaleOf(chart)
  const columns = columnsOf(chart.panels.length)
  const rows = Math.ceil(chart.panels.length / columns)
  const width = Math.max(480, MARGIN.left + columns * (PLOT.width + GAP) - GAP + MARGIN.right)
  const legend = legendOf(names, looks, width)
  const legendTop = MARGIN.top + rows * ROW - (ROW - PLOT.height) + MARGIN.bottom
  const height = legendTop + legend.lines * LEGEND_LINE + 10
  const panels = chart.panels.map((panel, at) => {
    const left = MARGIN.left + (at % columns) * (PLOT.width + GAP)
    const top = MARGIN.top + Math.floor(at / columns) * ROW
    return `<g transform="translate(${left} ${top})">${panelOf(panel, { scale, looks, chart, first: at % columns === 0 })}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="${INK}">`,
    `<title>${escaped(chart.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN.left}" y="26" font-size="16" font-weight="600">${escaped(chart.title)}</text>`,
    ...panels,
    `<g transform="translate(${MARGIN.left} ${legendTop})">${legend.svg}</g>`,
    '</svg>',
    '',
  ].join('\n')
}

/** Four panels are two rows of two, not one alone in the second. */
const columnsOf = (panels: number) => (panels === 4 ? 2 : Math.min(COLUMNS, Math.max(1, panels)))

function lookOf(at: number): Look {
  return { colour: COLOURS[at % COLOURS.length], dash: DASHES[Math.floor(at / COLOURS.length) % DASHES.length] }
}

/** Common axes of all panels. */
function scaleOf({ panels }: Chart): Scale {
  const points = panels.flatMap(({ lines }) => lines.flatMap((line) => line.points))
  const least = (of: (point: ChartPoint) => number) => points.reduce((low, point) => Math.min(low, of(point)), Infinity)
  const most = (of: (point: ChartPoint) => number) =>
    points.reduce((high, point) => Math.max(high, of(point)), -Infinity)
  const whole = (values: readonly number[]) => values.filter((value) => Number.isInteger(value))
  const xTicks =
    points.length > 0
      ? whole(
          ticks(
            least(({ x }) => x),
            most(({ x }) => x),
          ),
        )
      : [0, 1]
  const yTicks =
    points.length > 0
      ? ticks(
          least(({ min }) => min),
          most(({ max }) => max),
        )
      : [0, 1]
  const [x0, x1] = [least(({ x }) => x), most(({ x }) => x)]
  const [y0, y1] = [yTicks[0], yTicks[yTicks.length - 1]]
  return {
    x: (value) => ((value - x0) / (x1 - x0 || 1)) * PLOT.width,
    y: (value) => PLOT.height - ((value - y0) / (y1 - y0 || 1)) * PLOT.height,
    xTicks: xTicks.filter((tick) => tick >= x0 && tick <= x1),
    yTicks,
  }
}

interface PanelLook {
  readonly scale: Scale
  readonly looks: ReadonlyMap<string, Look>
  readonly chart: Chart
  /** Left of all: it has the label of the common axis. */
  readonly first: boolean
}

function panelOf({ title, lines }: Chart['panels'][number], { scale, looks, chart, first }: PanelLook): string {
  const grid = scale.yTicks.flatMap((tick) => {
    const y = at(scale.y(tick))
    return [
      `<line x2="${PLOT.width}" y1="${y}" y2="${y}" stroke="${GRID}"/>`,
      `<text x="-8" y="${y}" dy="0.35em" text-anchor="end" fill="${QUIET}">${tick}</text>`,
    ]
  })
  const rounds = scale.xTicks.map(
    (tick) =>
      `<text x="${at(scale.x(tick))}" y="${PLOT.height + 18}" text-anchor="middle" fill="${QUIET}">${tick}</text>`,
  )
  const drawn = lines.map(({ name, points }) => ({ points, look: looks.get(name) ?? lookOf(0) }))
  return [
    `<text y="-12" font-weight="600">${escaped(title)}</text>`,
    ...grid,
    `<line x2="${PLOT.width}" y1="${PLOT.height}" y2="${PLOT.height}" stroke="${QUIET}"/>`,
    ...rounds,
    ...drawn.map(({ points, look }) => bandOf(points, look, scale)),
    ...drawn.map(({ points, look }) => lineOf(points, look, scale)),
    `<text x="${PLOT.width / 2}" y="${PLOT.height + 38}" text-anchor="middle">${escaped(chart.xLabel)}</text>`,
    ...(first
      ? [
          `<text transform="translate(-46 ${PLOT.height / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.yLabel)}</text>`,
        ]
      : []),
  ].join('')
}

function bandOf(points: readonly ChartPoint[], { colour }: Look, { x, y }: Scale): string {
  if (points.every(({ min, max }) => min === max)) return ''
  const upper = points.map((point) => `${at(x(point.x))},${at(y(point.max))}`)
  const lower = points.toReversed().map((point) => `${at(x(point.x))},${at(y(point.min))}`)
  return `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" fill-opacity="0.16"/>`
}

function lineOf(points: readonly ChartPoint[], { colour, dash }: Look, { x, y }: Scale): string {
  const path = points.map((point) => `${at(x(point.x))},${at(y(point.y))}`).join(' ')
  const dots =
    points.length > 12
      ? []
      : points.map((point) => `<circle cx="${at(x(point.x))}" cy="${at(y(point.y))}" r="2.2" fill="${colour}"/>`)
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${dashed(dash)}/>${dots.join('')}`
}

function legendOf(
  names: readonly string[],
  looks: ReadonlyMap<string, Look>,
  width: number,
): { svg: string; lines: number } {
  const room = width - MARGIN.left - MARGIN.right
  const column = SWATCH + CHARACTER * Math.max(0, ...names.map((name) => name.length)) + 18
  const perLine = Math.max(1, Math.floor(room / column))
  const entries = names.map((name, index) => {
    const { colour, dash } = looks.get(name) ?? lookOf(0)
    const left = at((index % perLine) * column)
    const top = Math.floor(index / perLine) * LEGEND_LINE
    return `<g transform="translate(${left} ${top})"><line x2="28" y1="8" y2="8" stroke="${colour}" stroke-width="2.5"${dashed(dash)}/><text x="${SWATCH - 4}" y="12">${escaped(name)}</text></g>`
  })
  return { svg: entries.join(''), lines: Math.ceil(names.length / perLine) }
}

const dashed = (dash: string) => (dash === '' ? '' : ` stroke-dasharray="${dash}"`)

/** Two decimals are finer than any screen. */
const at = (value: number) => Number(value.toFixed(2))

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
