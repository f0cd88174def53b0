import { classNames } from '../../ui/class-names.ts'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import page from '../page.module.css'
import { GroupChip } from './group-chip.tsx'
import styles from './groups.module.css'
import type { SimilarityCell, SimilarityRow } from './similarities.ts'

/** More would be no table to read; an export has them all. */
const CLIENTS_SHOWN = 40
/** How much of the colour the most alike have: text on it stays readable. */
const STRONGEST = 42

/** How alike every two clients see the public batch, as figures on a heat map. The nearest of each row is outlined. */
export function SimilarityTable({ rows, round }: { readonly rows: readonly SimilarityRow[]; readonly round: number }) {
  if (rows.length < 2) return null
  const shown = rows.slice(0, CLIENTS_SHOWN)
  const caption = `Cosine similarity of what clients make of the public batch, round ${round}`
  return (
    <div className={styles.why}>
      <h3>Why they are together</h3>
      <p className={page.small}>
        Cosine similarity of what clients’ models make of the same public batch. Each client is linked with the one
        nearest to it, <span className={styles.sample}>outlined</span> in its row; whoever is linked is in one group.
        {rows.length > shown.length && ` ${shown.length} of ${rows.length} clients are shown; the export has them all.`}
      </p>
      <ScrollRegion label={`${caption}, table`}>
        <table className={styles.matrix}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">Client</th>
              {shown.map(({ client, alias }) => (
                <th key={client} scope="col" title={alias}>
                  <span>{alias}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ client, alias, group, cells }, at) => (
              <tr key={client} className={classNames(startsGroup(shown, at) && styles.first)}>
                <th scope="row">
                  {group && <GroupChip group={group} />} {alias}
                </th>
                {cells.slice(0, CLIENTS_SHOWN).map((cell, column) => (
                  <Cell key={cell.client} cell={cell} first={startsGroup(shown, column)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  )
}

function startsGroup(rows: readonly SimilarityRow[], at: number): boolean {
  return at > 0 && rows[at].group?.place !== rows[at - 1].group?.place
}

function Cell({ cell: { value, nearest, share }, first }: { readonly cell: SimilarityCell; readonly first: boolean }) {
  if (value === undefined)
    return (
      <td className={classNames(styles.self, first && styles.first)}>
        <span className="visually-hidden">itself</span>
        <span aria-hidden="true">·</span>
      </td>
    )
  return (
    <td
      className={classNames(nearest && styles.nearest, first && styles.first)}
      style={{ background: `color-mix(in srgb, var(--series-1) ${(STRONGEST * share).toFixed(0)}%, var(--surface))` }}
    >
      {value.toFixed(3)}
      {nearest && <span className="visually-hidden"> nearest</span>}
    </td>
  )
}
