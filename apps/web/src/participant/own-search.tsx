import { useMemo, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { classNames } from '../ui/class-names.ts'
import { formatPercent, plural } from '../ui/format.ts'
import { LiveRegion } from '../ui/live-region.tsx'
import { Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { Switch } from '../ui/switch.tsx'
import { ActivationOverlay } from './activation-overlay.tsx'
import { CropImage } from './crop-image.tsx'
import { heatGradient, sharesByThird } from './heat.ts'
import styles from './own-search.module.css'
import page from './page.module.css'
import type { Pictured } from './page-training.ts'
import { useAsked } from './use-asked.ts'
import type { ActivationMap, SearchView, ValidationCrop } from './worker/workbench.ts'

/** Own validation crops, searched for among the others: the query, then those that are most alike. */
export function OwnSearch({ searches, activations }: Pick<Pictured, 'searches' | 'activations'>) {
  const [looking, setLooking] = useState(false)
  const crops = useMemo(() => shownCrops(searches), [searches])
  const { asked, ask, stop } = useAsked(async (watch) => {
    const maps = await activations(crops, watch)
    return new Map(crops.map((crop, at) => [crop, maps[at]]))
  })
  const maps = looking && asked.state === 'done' ? asked.value : undefined
  const look = (wanted: boolean) => {
    setLooking(wanted)
    if (wanted && asked.state !== 'done') ask()
    if (!wanted && asked.state !== 'done') stop()
  }
  const firstRight = searches.filter(({ found }) => found.at(0)?.right).length
  return (
    <Card
      title="Who the model finds"
      actions={<Switch label="Where the model looks" checked={looking} onChange={look} />}
    >
      <p>
        For <b>{firstRight}</b> of {plural(searches.length, 'searched crop')}, the first one found is right.
      </p>
      <p className={page.small}>
        Most alike first. Solid green frame: right, the same person. Dashed red frame: wrong, another person. Crops of
        the same person by the same camera are left out where people were seen by several.
      </p>
      {looking && asked.state === 'failed' && (
        <Notice tone="bad" title="Where the model looks could not be found out.">
          <p>{asked.problem}</p>
          <p>Nothing is lost: the searches below are as they were.</p>
          <Button small onClick={ask}>
            Try again
          </Button>
        </Notice>
      )}
      {looking && asked.state !== 'failed' && (
        <div className={styles.looking}>
          <Scale />
          {asked.state === 'running' && (
            <ProgressBar label={`Looking at ${plural(crops.length, 'crop')}`} fraction={asked.fraction ?? 0} />
          )}
          {maps && <Shares maps={maps} />}
        </div>
      )}
      <LiveRegion text={spokenOf(looking, asked.state)} />
      <ul className={styles.searches}>
        {searches.map((search) => (
          <Search key={search.query.at} search={search} maps={maps} />
        ))}
      </ul>
    </Card>
  )
}

type Maps = ReadonlyMap<number, ActivationMap>

function Search({ search, maps }: { readonly search: SearchView; readonly maps: Maps | undefined }) {
  const { query, found } = search
  return (
    <li className={styles.search}>
      <p className={styles.about}>
        <b>Identity {query.identity}</b>, camera {query.camera}: {firstRightOf(search)}
      </p>
      <figure className={styles.query}>
        <Picture crop={query} maps={maps} />
        <figcaption>searched</figcaption>
      </figure>
      <ol className={styles.found}>
        {found.map((one, place) => (
          <li key={one.at}>
            <figure className={classNames(one.right ? styles.right : styles.wrong)}>
              <Picture crop={one} maps={maps} />
              <figcaption>
                {place + 1} {one.right ? 'right' : 'wrong'}
              </figcaption>
            </figure>
          </li>
        ))}
      </ol>
    </li>
  )
}

function Picture({ crop, maps }: { readonly crop: ValidationCrop; readonly maps: Maps | undefined }) {
  const map = maps?.get(crop.at)
  return (
    <div className={styles.picture}>
      <CropImage image={crop} />
      {map && <ActivationOverlay map={map} />}
    </div>
  )
}

function Scale() {
  return (
    <div className={styles.scale}>
      <span>answers least</span>
      <span className={styles.gradient} style={{ background: heatGradient }} />
      <span>most</span>
    </div>
  )
}

/** All maps in one sentence. */
function Shares({ maps }: { readonly maps: Maps }) {
  const shares = sharesByThird([...maps.values()])?.map((share) => formatPercent(100 * share))
  if (!shares) return null
  return (
    <p>
      Over all these crops, {shares[0]} of the answer comes from the upper third, {shares[1]} from the middle and{' '}
      {shares[2]} from the lower.
    </p>
  )
}

function firstRightOf({ found, firstRight }: SearchView): string {
  if (firstRight === undefined) return 'there is no right one to find.'
  if (firstRight > found.length) return `the first right one is in place ${firstRight}, not shown.`
  return `the first right one is in place ${firstRight}.`
}

function shownCrops(searches: readonly SearchView[]): readonly number[] {
  return [...new Set(searches.flatMap(({ query, found }) => [query.at, ...found.map(({ at }) => at)]))]
}

function spokenOf(looking: boolean, state: ReturnType<typeof useAsked>['asked']['state']): string {
  if (!looking || state === 'none') return ''
  if (state === 'running') return 'Where the model looks is being computed.'
  return state === 'done'
    ? 'Where the model looks is shown over the crops.'
    : 'Where the model looks could not be found out.'
}
