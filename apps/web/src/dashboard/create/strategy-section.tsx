import { publicImagesOf } from '@passerby/federation'
import type { FederationSettings } from '@passerby/protocol'
import { useId } from 'react'
import { aboutStrategy, publicSetBytes } from '../../ui/about-strategy.ts'
import { Card } from '../../ui/card.tsx'
import { formatBytes, plural } from '../../ui/format.ts'
import { Notice } from '../../ui/notice.tsx'
import styles from './create-page.module.css'
import { strategyIn } from './form-draft.ts'
import { type FieldGroup, askedFields, draftKey } from './form-field.ts'
import { type FormParts, PlacedField } from './form-section.tsx'
import { strategyField, strategyGroups } from './strategy-fields.ts'

/** A choice of strategy, then whatever that one's schema asks for. */
export function StrategySection({
  settings,
  ...parts
}: FormParts & {
  /** What the form says, once it is right. */
  readonly settings: FederationSettings | undefined
}) {
  const name = strategyIn(parts.draft)
  const { title, sentence, paper } = aboutStrategy(name)
  return (
    <Card title="Strategy">
      <div className={styles.fields}>
        <PlacedField {...parts} field={strategyField} />
        <p className={styles.strategy}>
          {sentence}{' '}
          <a href={paper} rel="noreferrer" target="_blank">
            {title}’s paper
          </a>
        </p>
      </div>
      {strategyGroups[name].map((group) => (
        <Group key={`${name} ${group.title}`} {...parts} group={group} />
      ))}
      {settings && <PublicSetNotice settings={settings} />}
    </Card>
  )
}

function Group({ group, ...parts }: FormParts & { readonly group: FieldGroup }) {
  const id = useId()
  const { draft, errorOf } = parts
  const asked = askedFields(group, (field) => draft[draftKey(field)])
  const fields = group.fields
    .filter((field) => asked.includes(field) || errorOf(field.path) !== undefined)
    .map((field) => <PlacedField key={field.path} {...parts} field={field} />)
  if (!group.title) return <div className={styles.fields}>{fields}</div>
  return (
    <section className={styles.group} aria-labelledby={id}>
      <h3 id={id}>{group.title}</h3>
      {group.sentence && <p>{group.sentence}</p>}
      <div className={styles.fields}>{fields}</div>
    </section>
  )
}

function PublicSetNotice({ settings }: { readonly settings: FederationSettings }) {
  const images = publicImagesOf(settings.strategy)
  if (images === 0) return null
  return (
    <Notice title="This needs a public set">
      <p>
        Person crops that belong to no client, unlabelled. The coordinator is given a folder of them when it starts,
        with <code>--public-set</code>. Every client downloads up to {plural(images, 'image')} of it once a visit,{' '}
        {formatBytes(publicSetBytes(settings))}.
      </p>
    </Notice>
  )
}
