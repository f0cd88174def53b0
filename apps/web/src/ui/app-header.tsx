import type { ReactNode } from 'react'
import styles from './app-header.module.css'
import { ThemeSwitch } from './theme-switch.tsx'

/** The head of a page: mark, the page's own state and buttons, colours. `home` makes the mark a link. */
export function AppHeader({ home, children }: { readonly home?: string; readonly children?: ReactNode }) {
  const mark = (
    <>
      <img src="/logo.svg" alt="" width="24" height="24" />
      Passerby
    </>
  )
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        {home ? (
          <a className={styles.brand} href={home}>
            {mark}
          </a>
        ) : (
          <span className={styles.brand}>{mark}</span>
        )}
        <div className={styles.rest}>
          {children}
          <ThemeSwitch />
        </div>
      </div>
    </header>
  )
}
