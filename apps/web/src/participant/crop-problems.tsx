import type { SurveySummary } from '@passerby/crops'
import { Card } from '../ui/card.tsx'
import { formatCount, plural } from '../ui/format.ts'
import styles from './crop-problems.module.css'

const SHOWN = 200

/** What is left out or of little use, each with its reason; nothing when all is well. */
export function CropProblems({ summary }: { readonly summary: SurveySummary }) {
  const { unreadable, withoutIdentity, singleImage, noPerson } = summary
  if (unreadable.length + withoutIdentity.length + singleImage.length + noPerson === 0) return null
  return (
    <Card title="Problems">
      <Group
        title={plural(unreadable.length, 'file that cannot be read', 'files that cannot be read')}
        what="Left out."
        items={unreadable.map(({ name, reason }) => ({ name, reason }))}
      />
      <Group
        title={plural(withoutIdentity.length, 'image without an identity', 'images without an identity')}
        what="The pattern does not fit their names. Left out."
        items={withoutIdentity.map((name) => ({ name, reason: '' }))}
      />
      <Group
        title={plural(singleImage.length, 'identity with one image', 'identities with one image')}
        what="They train, but nobody can be searched for who was seen once."
        items={singleImage.map((name) => ({ name, reason: '' }))}
      />
      {noPerson > 0 && (
        <p className={styles.what}>
          {plural(noPerson, 'image is', 'images are')} of nobody by their label (junk or distractor) and not trained on.
        </p>
      )}
    </Card>
  )
}

function Group({
  title,
  what,
  items,
}: {
  readonly title: string
  readonly what: string
  readonly items: readonly { readonly name: string; readonly reason: string }[]
}) {
  if (items.length === 0) return null
  return (
    <details className={styles.group}>
      <summary>
        {title} <span className={styles.what}>{what}</span>
      </summary>
      <ul>
        {items.slice(0, SHOWN).map(({ name, reason }) => (
          <li key={name}>
            <span className={styles.name}>{name}</span>
            {reason && <span className={styles.what}>{reason}</span>}
          </li>
        ))}
        {items.length > SHOWN && <li className={styles.what}>and {formatCount(items.length - SHOWN)} more</li>}
      </ul>
    </details>
  )
}
