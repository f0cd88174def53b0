import styles from './sparkline.module.css'

/** A curve the size of a word. `label` tells its figures to those who do not see it. */
export function Sparkline({
  label,
  values,
  width = 96,
  height = 24,
}: {
  readonly label: string
  readonly values: readonly number[]
  readonly width?: number
  readonly height?: number
}) {
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  const x = (index: number) => (values.length < 2 ? width / 2 : 2 + (index / (values.length - 1)) * (width - 4))
  const y = (value: number) => (span === 0 ? height / 2 : height - 3 - ((value - low) / span) * (height - 6))
  const last = values.at(-1)
  return (
    <svg className={styles.sparkline} width={width} height={height} role="img" aria-label={label}>
      <polyline points={values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />
      {last !== undefined && <circle cx={x(values.length - 1)} cy={y(last)} r="2.25" />}
    </svg>
  )
}
