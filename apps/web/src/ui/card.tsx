import { useId, type ReactNode } from 'react'
import styles from './card.module.css'

/** A titled region. `level` keeps the headings of a page in order. */
export function Card({
  title,
  actions,
  level = 2,
  children,
}: {
  readonly title?: ReactNode
  readonly actions?: ReactNode
  readonly level?: 2 | 3
  readonly children: ReactNode
}) {
  const id = useId()
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section className={styles.card} {...(title && { 'aria-labelledby': id })}>
      {title && (
        <div className={styles.head}>
          <Heading className={styles.title} id={id}>
            {title}
          </Heading>
          {actions}
        </div>
      )}
      {children}
    </section>
  )
}

/** A few numbers, each under its name. */
export function Figures({
  figures,
}: {
  readonly figures: readonly { readonly name: string; readonly value: ReactNode; readonly note?: ReactNode }[]
}) {
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note }) => (
        <div key={name} className={styles.figure}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note && <div className={styles.note}>{note}</div>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
