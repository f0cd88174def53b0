import type { ReactNode } from 'react'
import styles from './app-header.module.css'
import { ThemeSwitch } from './theme-switch.tsx'

/** The head of a page: mark, `about` (where one is, in what state), the page's own buttons, colours. `home` makes the mark a link. */
export function AppHeader({
  home,
  about,
  children,
}: {
  readonly home?: string
  readonly about?: ReactNode
  readonly children?: ReactNode
}) {
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
        {about && <div className={styles.about}>{about}</div>}
        <div className={styles.rest}>
          {children}
          <ThemeSwitch />
        </div>
      </div>
    </header>
  )
}
