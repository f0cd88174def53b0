import type { ReactNode } from 'react'
import styles from './scroll-region.module.css'

/** What is wider than its place scrolls in it, also by keyboard. */
export function ScrollRegion({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  )
}
