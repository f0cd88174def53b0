import styles from './skeleton.module.css'

/** Holds the place of what is being loaded. `height` in pixels makes one block, else `lines` of text. */
export function Skeleton({
  label,
  lines = 3,
  height,
}: {
  readonly label: string
  readonly lines?: number
  readonly height?: number
}) {
  return (
    <div className={styles.skeleton} role="status" aria-label={label}>
      {height === undefined ? (
        Array.from({ length: lines }, (_, line) => <div key={line} className={styles.line} />)
      ) : (
        <div className={styles.line} style={{ height }} />
      )}
    </div>
  )
}
