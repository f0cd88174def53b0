import { useId, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { formatCount, formatFigure, formatPercent, plural } from '../ui/format.ts'
import { EmptyState } from '../ui/notice.tsx'
import styles from './embedding-plane.module.css'
import page from './page.module.css'
import { drawingOf, mostSeen } from './plane.ts'
import type { PlanePoint, PlaneView } from './worker/workbench.ts'

/** As many as there are colours and shapes. */
const TOLD_APART = 8
/** In units of the picture, which is as wide as its place. */
const WIDTH = 400
const MARGIN = 14

/** Shapes around the origin, one for each colour of the series. */
const SHAPES = [
  'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z',
  'M-4 -4H4V4H-4Z',
  'M0 -5.5L5 4H-5Z',
  'M0 -6L6 0L0 6L-6 0Z',
  'M-1.7 -5.5H1.7V-1.7H5.5V1.7H1.7V5.5H-1.7V1.7H-5.5V-1.7H-1.7Z',
  'M0 5.5L-5 -4H5Z',
  'M0 -6L1.5 -1.9L5.7 -1.9L2.4 0.8L3.5 4.9L0 2.5L-3.5 4.9L-2.4 0.8L-5.7 -1.9L-1.5 -1.9Z',
  'M-5.5 -3.3L-3.3 -5.5L0 -2.2L3.3 -5.5L5.5 -3.3L2.2 0L5.5 3.3L3.3 5.5L0 2.2L-3.3 5.5L-5.5 3.3L-2.2 0Z',
]
const OTHERS = 'M-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0Z'

/** Own validation crops by the two directions in which their embeddings differ most. */
export function EmbeddingPlane({ plane }: { readonly plane: PlaneView | undefined }) {
  const [asTable, setAsTable] = useState(false)
  const text = useId()
  const title = 'How the model keeps people apart'
  if (!plane)
    return (
      <Card title={title}>
        <EmptyState icon="people" title="Nothing to keep apart">
          It takes at least three validation crops that do not all look the same to the model.
        </EmptyState>
      </Card>
    )
  const { points, crops, explained } = plane
  const told = mostSeen(points, TOLD_APART)
  const identities = new Set(points.map(({ identity }) => identity)).size
  const others = points.length - told.reduce((sum, one) => sum + one.crops, 0)
  const [first, second] = explained.map((share) => formatPercent(100 * share))
  return (
    <Card
      title={title}
      actions={
        <Button
          small
          kind="quiet"
          icon={asTable ? 'chart' : 'table'}
          aria-label={asTable ? 'Crops as points' : 'Crops as a table'}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? 'Points' : 'Table'}
        </Button>
      }
    >
      <p id={text}>
        {points.length < crops && `${formatCount(points.length)} of `}
        {plural(crops, 'crop')} of {plural(identities, 'identity', 'identities')}, by the two directions in which their
        embeddings differ most. These hold {formatPercent(100 * (explained[0] + explained[1]))} of the variance.
      </p>
      <p className={page.small}>
        Crops of one person should lie together, and apart from those of others. What lies together here may still
        differ in the directions that are not seen.
      </p>
      {asTable ? (
        <div className={styles.table}>
          <DataTable
            caption="Crops by the two directions, the first across"
            cards={false}
            rows={points.map((point, at) => ({ ...point, at }))}
            rowKey={({ at }) => at}
            columns={[
              { name: 'Identity', cell: ({ identity }) => identity },
              { name: 'Camera', cell: ({ camera }) => camera },
              { name: 'Across', align: 'end', cell: ({ x }) => formatFigure(x) },
              { name: 'Upwards', align: 'end', cell: ({ y }) => formatFigure(y) },
            ]}
          />
        </div>
      ) : (
        <div className={styles.plane}>
          <figure className={styles.figure}>
            <Points points={points} told={told.map(({ identity }) => identity)} describedBy={text} />
            <figcaption>
              <span>Across: first direction, {first} of the variance</span>
              <span>Upwards: second direction, {second}</span>
            </figcaption>
          </figure>
          <ul className={styles.legend} aria-label="Identities">
            {told.map(({ identity, crops }, at) => (
              <li key={identity}>
                <Swatch at={at} />
                <span className={styles.name}>{identity}</span> <small>{plural(crops, 'crop')}</small>
              </li>
            ))}
            {others > 0 && (
              <li>
                <Swatch at={-1} />
                <span className={styles.name}>{plural(identities - told.length, 'other')}</span>{' '}
                <small>{plural(others, 'crop')}</small>
              </li>
            )}
          </ul>
        </div>
      )}
    </Card>
  )
}

function Points({
  points,
  told,
  describedBy,
}: {
  readonly points: readonly PlanePoint[]
  /** Identities with a colour and a shape of their own. */
  readonly told: readonly string[]
  readonly describedBy: string
}) {
  const { height, places } = drawingOf(points, { width: WIDTH, margin: MARGIN })
  const marks = points.map(({ identity, camera }, at) => ({
    at,
    look: told.indexOf(identity),
    says: `Identity ${identity}, camera ${camera}`,
  }))
  return (
    <svg
      className={styles.points}
      viewBox={`0 0 ${WIDTH} ${height.toFixed(1)}`}
      // A drawing in the page has no other tag.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label="Crops as points"
      aria-describedby={describedBy}
    >
      {/* Those that are told apart lie above the others. */}
      {[...marks]
        .sort((a, b) => Math.sign(a.look + 1) - Math.sign(b.look + 1))
        .map(({ at, look, says }) => (
          <g key={at} transform={`translate(${places[at].x.toFixed(1)} ${places[at].y.toFixed(1)})`}>
            <title>{says}</title>
            <Mark at={look} />
          </g>
        ))}
    </svg>
  )
}

function Swatch({ at }: { readonly at: number }) {
  return (
    <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" focusable="false">
      <Mark at={at} />
    </svg>
  )
}

/** `at`: which of the shapes and colours; -1 for none of its own. */
function Mark({ at }: { readonly at: number }) {
  const own = SHAPES.at(at)
  if (at < 0 || !own) return <path className={styles.other} d={OTHERS} />
  return <path className={styles.mark} d={own} style={{ fill: `var(--series-${at + 1})` }} />
}
