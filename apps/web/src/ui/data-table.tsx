import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './data-table.module.css'

export interface Column<Row> {
  /** Also the key, and the name beside the value on a phone. */
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  /** Numbers stand at the end. */
  readonly align?: 'start' | 'end'
  /** Takes the whole width of a card. */
  readonly wide?: true
}

/**
 * A table whose first column names its rows. On a phone every row becomes a card, unless `cards` is false (then
 * it scrolls sideways). Its roles are written out, since a changed `display` takes them away.
 */
export function DataTable<Row>({
  caption,
  showCaption = false,
  columns,
  rows,
  rowKey,
  empty,
  cards = true,
}: {
  /** What the table is about: heard, and seen with `showCaption`. */
  readonly caption: string
  readonly showCaption?: boolean
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string | number
  /** Stands in place of the rows when there are none. */
  readonly empty?: ReactNode
  readonly cards?: boolean
}) {
  if (rows.length === 0 && empty) return <div className={styles.empty}>{empty}</div>
  return (
    <div className={styles.scroll} {...(!cards && { tabIndex: 0, role: 'region', 'aria-label': caption })}>
      <table className={classNames(styles.table, cards && styles.cards)} role="table">
        <caption className={classNames(!showCaption && 'visually-hidden')}>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.name} scope="col" role="columnheader" className={alignOf(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.name} scope="row" role="rowheader" className={alignOf(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.name} role="cell" data-name={column.name} className={alignOf(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function alignOf(column: { readonly align?: 'start' | 'end'; readonly wide?: true }): string {
  return classNames(column.align === 'end' && styles.end, column.wide && styles.wide)
}
