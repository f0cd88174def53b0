import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** The canvas half of `Chart`: one uPlot, made anew when its series or the colours change. */
export interface PlotSeries {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** One of the eight colours of the palette, 1 to 8. Default: its place. */
  readonly color?: number
  readonly dashed?: boolean
  /** One of many, behind those that matter more. */
  readonly thin?: boolean
}

export interface PlotOptions {
  readonly series: readonly PlotSeries[]
  readonly height: number
  /** Ends of the vertical axis; by default those of the values. */
  readonly range?: readonly [low: number, high: number] | undefined
  readonly format: (value: number) => string
  /** Index of the point under the pointer. */
  readonly onPoint: (index: number | undefined) => void
}

/** Numbers of rounds and steps are whole. */
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000]
/** With fewer points than this each is marked: a curve of one point would not be seen. */
const MARKED_BELOW = 40

export function makePlot(into: HTMLElement, x: readonly number[], options: PlotOptions): uPlot {
  const colour = colourReader(into)
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    font: `11px ${getComputedStyle(into).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    gap: 6,
  }
  return new uPlot(
    {
      width: Math.max(1, into.clientWidth),
      height: options.height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (_, low, high) => (low === high ? [low - 1, high + 1] : [low, high]) },
        ...(options.range && { y: { range: [...options.range] } }),
      },
      axes: [
        { ...axis, size: 24, incrs: wholeSteps, grid: { show: false } },
        { ...axis, size: 52, space: 32, values: (_, ticks) => ticks.map((tick) => options.format(tick)) },
      ],
      series: [
        {},
        ...options.series.map((series, index) => ({
          label: series.label,
          stroke: colour(seriesColour(series, index)),
          width: series.thin ? 1 : 1.75,
          spanGaps: true,
          ...(series.dashed && { dash: [5, 4] }),
          points: {
            show: x.length < MARKED_BELOW,
            size: series.thin ? 3 : 5,
            fill: colour(seriesColour(series, index)),
          },
        })),
      ],
      hooks: { setCursor: [(plot) => options.onPoint(plot.cursor.idx ?? undefined)] },
    },
    plotData(x, options.series),
    into,
  )
}

export function plotData(x: readonly number[], series: readonly PlotSeries[]): uPlot.AlignedData {
  return [[...x], ...series.map(({ values }) => [...values])]
}

/** Name of the token that a series is drawn in. */
export function seriesColour(series: PlotSeries, index: number): string {
  return `--series-${series.color ?? (index % 8) + 1}`
}

/** A token as a colour that a canvas understands: `light-dark()` is resolved by the element itself. */
function colourReader(element: HTMLElement): (token: string) => string {
  return (token) => {
    // A transition, however short, would give the colour before.
    element.style.transition = 'none'
    element.style.color = `var(${token})`
    const resolved = getComputedStyle(element).color
    element.style.color = ''
    element.style.transition = ''
    return resolved
  }
}
