import { classNames } from './class-names.ts'
import styles from './progress-bar.module.css'

export interface Phase {
  readonly name: string
  /** Part of the bar's length, in any unit. */
  readonly share: number
}

/**
 * How far something is. With `phases` the bar is cut into named parts: those before `phase` are full, that one
 * is filled to `fraction` (0 to 1).
 */
export function ProgressBar({
  label,
  fraction,
  phases,
  phase = 0,
}: {
  readonly label: string
  readonly fraction: number
  readonly phases?: readonly Phase[]
  /** Index of the phase that `fraction` is of. */
  readonly phase?: number
}) {
  const parts = phases ?? [{ name: label, share: 1 }]
  const total = parts.reduce((sum, part) => sum + part.share, 0)
  const before = parts.slice(0, phase).reduce((sum, part) => sum + part.share, 0)
  const done = (before + clamp(fraction) * (parts.at(phase)?.share ?? 0)) / total
  const name = parts.at(phase)?.name
  return (
    <div className={styles.bar}>
      <div
        className={styles.track}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * done)}
        {...(phases && name && { 'aria-valuetext': `${name}, ${Math.round(100 * clamp(fraction))} %` })}
      >
        {parts.map((part, index) => (
          <div key={part.name} className={styles.phase} style={{ flex: part.share }}>
            <div className={styles.fill} style={{ transform: `scaleX(${fillOf(index, phase, fraction)})` }} />
          </div>
        ))}
      </div>
      {phases && (
        <div className={styles.names} aria-hidden="true">
          {parts.map((part, index) => (
            <span key={part.name} className={classNames(index === phase && styles.now)} style={{ flex: part.share }}>
              {part.name}
            </span>
          ))}
        </div>
      )}
    </div>
  )
}

const clamp = (fraction: number) => Math.min(1, Math.max(0, fraction))

function fillOf(index: number, phase: number, fraction: number): number {
  if (index < phase) return 1
  return index === phase ? clamp(fraction) : 0
}
