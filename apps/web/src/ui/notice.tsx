import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'
import styles from './notice.module.css'

type NoticeTone = 'note' | 'good' | 'warn' | 'bad'
const icons: Record<NoticeTone, IconName> = { note: 'note', good: 'check', warn: 'warning', bad: 'error' }

/** Something to know beside the rest of a screen. */
export function Notice({
  tone = 'note',
  title,
  children,
}: {
  readonly tone?: NoticeTone
  readonly title?: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <div className={classNames(styles.notice, tone !== 'note' && styles[tone])}>
      <Icon name={icons[tone]} />
      <div className={styles.text}>
        {title && <div className={styles.title}>{title}</div>}
        {children}
      </div>
    </div>
  )
}

/** Nothing here yet: says what will be, and what to do for it. */
export function EmptyState({
  icon = 'note',
  title,
  actions,
  children,
}: {
  readonly icon?: IconName
  readonly title: string
  readonly actions?: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <div className={styles.state}>
      <Icon name={icon} />
      <div className={styles.title}>{title}</div>
      {children && <p>{children}</p>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}

/** A page of its own for what stops everything: what happened, what is safe, what to do. */
export function ErrorState({
  title,
  safe,
  next,
  actions,
  children,
}: {
  readonly title: string
  readonly safe: ReactNode
  readonly next: ReactNode
  readonly actions?: ReactNode
  /** What happened. */
  readonly children: ReactNode
}) {
  return (
    <div className={styles.error} role="alert">
      <h1>{title}</h1>
      <p>{children}</p>
      <dl>
        <div>
          <dt>What is safe</dt>
          <dd>{safe}</dd>
        </div>
        <div>
          <dt>What to do</dt>
          <dd>{next}</dd>
        </div>
      </dl>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
