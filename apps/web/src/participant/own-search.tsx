import { Card } from '../ui/card.tsx'
import { classNames } from '../ui/class-names.ts'
import { EmptyState } from '../ui/notice.tsx'
import { CropImage } from './crop-image.tsx'
import styles from './own-search.module.css'
import type { NearestView } from './worker/workbench.ts'

/** Own validation crops, searched for among the others: the query at the left, then the five most alike. */
export function OwnSearch({ searches }: { readonly searches: readonly NearestView[] }) {
  if (searches.length === 0)
    return (
      <EmptyState icon="search" title="Nobody to search for">
        No identity was kept back for validation: with more identities, or a second camera, there will be.
      </EmptyState>
    )
  return (
    <Card title="Who the model finds">
      <ul className={styles.searches}>
        {searches.map(({ query, found }, index) => (
          // Drawn once, never reordered.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className={styles.search}>
            <figure className={styles.one}>
              <CropImage image={query} />
              <figcaption>searched</figcaption>
            </figure>
            {found.map((one, place) => (
              // oxlint-disable-next-line react/no-array-index-key
              <figure key={place} className={classNames(styles.one, one.right ? styles.right : styles.wrong)}>
                <CropImage image={one} />
                <figcaption>{one.right ? 'same' : 'other'}</figcaption>
              </figure>
            ))}
          </li>
        ))}
      </ul>
    </Card>
  )
}
