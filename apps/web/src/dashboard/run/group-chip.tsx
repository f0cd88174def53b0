import type { NamedGroup } from './groups.ts'
import styles from './groups.module.css'

/** A group's letter beside its colour. */
export function GroupChip({ group, word = false }: { readonly group: NamedGroup; readonly word?: boolean }) {
  return (
    <span className={styles.chip}>
      <span className={styles.swatch} style={{ background: `var(--series-${group.colour})` }} />
      <span>
        <span className={word ? undefined : 'visually-hidden'}>Group </span>
        {group.name}
      </span>
    </span>
  )
}

/** The group of whoever may have none. */
export function GroupOf({ group }: { readonly group: NamedGroup | undefined }) {
  return group ? <GroupChip group={group} /> : '—'
}
