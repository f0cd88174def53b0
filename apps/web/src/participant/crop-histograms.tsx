import { histogram, type SurveySummary } from '@passerby/crops'
import { formatCount, plural } from '../ui/format.ts'
import styles from './crop-histograms.module.css'

const IDENTITY_BINS = 12
/** More cameras than this are shown as a distribution too: their names would not fit. */
const NAMED_CAMERAS = 12

/** Two small pictures of how the images are spread over identities and over cameras. */
export function CropHistograms({ summary }: { readonly summary: SurveySummary }) {
  return (
    <div className={styles.pair}>
      <Bars
        title="Images per identity"
        bars={histogram(summary.identities, IDENTITY_BINS).map(({ from, to, labels }) => ({
          name: from === to ? String(from) : `${from}–${to}`,
          value: labels,
          says: plural(labels, 'identity', 'identities'),
        }))}
      />
      <Bars
        title="Images per camera"
        bars={
          summary.cameras.length <= NAMED_CAMERAS
            ? summary.cameras.map(({ label, images }) => ({
                name: label,
                value: images,
                says: plural(images, 'image'),
              }))
            : histogram(summary.cameras, NAMED_CAMERAS).map(({ from, to, labels }) => ({
                name: from === to ? String(from) : `${from}–${to}`,
                value: labels,
                says: plural(labels, 'camera'),
              }))
        }
      />
    </div>
  )
}

function Bars({
  title,
  bars,
}: {
  readonly title: string
  readonly bars: readonly { readonly name: string; readonly value: number; readonly says: string }[]
}) {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  return (
    <figure>
      <figcaption className={styles.title}>{title}</figcaption>
      <ul className={styles.bars}>
        {bars.map(({ name, value, says }) => (
          <li key={name} title={`${name}: ${says}`}>
            <span className="visually-hidden">
              {name}: {says}
            </span>
            <span className={styles.value} aria-hidden="true">
              {value === 0 ? '' : formatCount(value)}
            </span>
            <span className={styles.bar} style={{ height: `${Math.round((100 * value) / most) * 0.56}px` }} />
            <span className={styles.name} aria-hidden="true">
              {name}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  )
}
