import { type ReactNode, useEffect, useRef } from 'react'
import styles from './page.module.css'

/** The main region of one page, named in the window's title; it takes the focus when it is gone to. */
export function Page({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const main = useRef<HTMLElement>(null)
  useEffect(() => main.current?.focus({ preventScroll: true }), [])
  return (
    <main id="main" className={styles.page} ref={main} tabIndex={-1}>
      <title>{`${title} · Passerby`}</title>
      {children}
    </main>
  )
}
