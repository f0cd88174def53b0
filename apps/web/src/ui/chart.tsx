import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type uPlot from 'uplot'
import { Button } from './button.tsx'
import { type PlotSeries, makePlot, plotData, seriesColour } from './chart-plot.ts'
import styles from './chart.module.css'
import { classNames } from './class-names.ts'
import { DataTable } from './data-table.tsx'
import { formatFigure } from './format.ts'
import { onColoursChange } from './theme.ts'

export type { PlotSeries } from './chart-plot.ts'

/**
 * Curves over a whole-numbered axis, with the value at the pointer (else the last) in the legend, and a table of
 * the same figures one click away. Every series has as many values as `x`; null where nothing was measured.
 */
export function Chart({
  title,
  level = 3,
  xName,
  x,
  series,
  range,
  format = formatFigure,
  height = 184,
  empty = 'Nothing measured yet',
}: {
  readonly title: string
  readonly level?: 2 | 3
  /** 'Round', 'Step' */
  readonly xName: string
  /** Ascending. */
  readonly x: readonly number[]
  readonly series: readonly PlotSeries[]
  /** Ends of the vertical axis, for charts to be compared; by default those of the values. */
  readonly range?: readonly [low: number, high: number] | undefined
  readonly format?: (value: number) => string
  readonly height?: number
  readonly empty?: string
}) {
  const [asTable, setAsTable] = useState(false)
  const [point, setPoint] = useState<number>()
  const Heading = level === 2 ? 'h2' : 'h3'
  const shown = (values: PlotSeries['values']) => {
    const value = point === undefined ? lastOf(values) : values.at(point)
    return value === null || value === undefined ? '—' : format(value)
  }
  return (
    <figure className={styles.chart} aria-label={title}>
      <div className={styles.head}>
        <Heading className={styles.title}>{title}</Heading>
        {x.length > 0 && (
          <Button
            small
            kind="quiet"
            icon={asTable ? 'chart' : 'table'}
            aria-label={asTable ? `${title} as curves` : `${title} as a table`}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? 'Curves' : 'Table'}
          </Button>
        )}
      </div>
      <ul className={styles.legend}>
        {series.map((one, index) => (
          <li key={one.label}>
            <span
              className={classNames(styles.swatch, one.dashed && styles.dashed)}
              style={{ borderColor: `var(${seriesColour(one, index)})` }}
            />
            {one.label} <b>{shown(one.values)}</b>
          </li>
        ))}
      </ul>
      {x.length === 0 && (
        <div className={styles.empty} style={{ height }}>
          {empty}
        </div>
      )}
      {x.length > 0 && !asTable && (
        <Plot key={shapeOf(series, range)} {...{ x, series, range, height, format }} onPoint={setPoint} />
      )}
      {x.length > 0 && asTable && (
        <div
          className={styles.table}
          style={{ maxHeight: height }}
          tabIndex={0}
          role="region"
          aria-label={`${title}, table`}
        >
          <DataTable
            caption={title}
            cards={false}
            rows={x.map((at, index) => ({ at, index }))}
            rowKey={({ at }) => at}
            columns={[
              { name: xName, cell: ({ at }) => at },
              ...series.map(({ label, values }) => ({
                name: label,
                align: 'end' as const,
                cell: ({ index }: { readonly index: number }) => cellOf(values.at(index), format),
              })),
            ]}
          />
        </div>
      )}
    </figure>
  )
}

function Plot({
  x,
  series,
  range,
  height,
  format,
  onPoint,
}: {
  readonly x: readonly number[]
  readonly series: readonly PlotSeries[]
  readonly range: readonly [low: number, high: number] | undefined
  readonly height: number
  readonly format: (value: number) => string
  readonly onPoint: (index: number | undefined) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const draw = useEffectEvent((into: HTMLElement) => {
    plot.current?.destroy()
    plot.current = makePlot(into, x, { series, range, height, format, onPoint })
  })
  const resize = useEffectEvent((into: HTMLElement) => {
    if (into.clientWidth > 0) plot.current?.setSize({ width: into.clientWidth, height })
  })

  useEffect(() => {
    const into = box.current
    if (!into) return
    draw(into)
    const resized = new ResizeObserver(() => resize(into))
    resized.observe(into)
    const stopWatching = onColoursChange(() => draw(into))
    return () => {
      resized.disconnect()
      stopWatching()
      plot.current?.destroy()
    }
  }, [])

  useEffect(() => {
    const data = plotData(x, series)
    if (plot.current && !sameData(plot.current.data, data)) plot.current.setData(data)
  }, [x, series])

  return <div ref={box} className={styles.plot} style={{ height }} aria-hidden="true" />
}

/** Whoever draws a chart again may have changed something else beside it. */
function sameData(a: uPlot.AlignedData, b: uPlot.AlignedData): boolean {
  return a.every((values, row) => {
    const others: ArrayLike<unknown> = b[row]
    return values.length === others.length && !Array.from<unknown>(values).some((value, at) => value !== others[at])
  })
}

/** What a plot cannot change once it is made. */
function shapeOf(series: readonly PlotSeries[], range: readonly number[] | undefined): string {
  const each = series.map((one, index) => `${one.label} ${seriesColour(one, index)} ${one.dashed}`)
  return [range?.join(), ...each].join('\n')
}

function lastOf(values: PlotSeries['values']): number | null | undefined {
  return values.findLast((value) => value !== null)
}

function cellOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '—' : format(value)
}
