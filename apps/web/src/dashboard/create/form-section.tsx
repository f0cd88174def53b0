import { type ReactNode, useState } from 'react'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { formatBytes, formatCount } from '../../ui/format.ts'
import { backboneCosts } from './backbone-cost.ts'
import styles from './create-page.module.css'
import { FieldControl } from './field-control.tsx'
import { type Draft, defaultDraft, defaultSettings } from './form-draft.ts'
import { type FormField, folds } from './form-field.ts'
import { type Section, formFields } from './form-fields.ts'

const titles: Record<Section, string> = {
  federation: 'Federation',
  learning: 'Learning',
  rounds: 'Rounds',
  privacy: 'Privacy',
  evaluation: 'Evaluation',
}

/** The settings of one section; those seldom changed are folded away. */
export function FormSection({
  section,
  draft,
  errorOf,
  advice,
  onChange,
  onLeave,
}: {
  readonly section: Section
  readonly draft: Draft
  readonly errorOf: (path: string) => string | undefined
  readonly advice: ReadonlyMap<string, string> | undefined
  readonly onChange: (path: string, value: string | boolean) => void
  readonly onLeave: (path: string) => void
}) {
  const control = (field: FormField) => (
    <div key={field.path} className={classNames(field.wide && styles.wide)}>
      <FieldControl
        field={field}
        value={draft[field.path]}
        error={errorOf(field.path)}
        advice={advice?.get(field.path)}
        options={field.path === 'local.backbone' ? backboneOptions(Number(draft['local.embedding'])) : field.options}
        onChange={(value) => onChange(field.path, value)}
        onLeave={() => onLeave(field.path)}
      />
    </div>
  )
  const fields = formFields[section]
  return (
    <Card title={titles[section]}>
      {section === 'learning' && (
        <p className={styles.strategy}>
          Strategy: <b>FedPav</b>. Clients train backbone and identity head; the backbones are averaged by image count,
          the heads stay with their clients.{' '}
          <a href="https://doi.org/10.1145/3394171.3413814" rel="noreferrer" target="_blank">
            The paper
          </a>
        </p>
      )}
      <div className={styles.fields}>{fields.filter(({ fold }) => !fold).map(control)}</div>
      {folds.map((title) => {
        const folded = fields.filter(({ fold }) => fold === title)
        if (folded.length === 0) return null
        return (
          <Folded
            key={title}
            title={title}
            changed={folded.filter(({ path }) => draft[path] !== defaultDraft[path]).length}
            atFault={folded.some(({ path }) => errorOf(path) !== undefined)}
          >
            {folded.map(control)}
          </Folded>
        )
      })}
    </Card>
  )
}

/** Opens by itself when a field in it is at fault, and then stays as a person leaves it. */
function Folded({
  title,
  changed,
  atFault,
  children,
}: {
  readonly title: string
  readonly changed: number
  readonly atFault: boolean
  readonly children: ReactNode
}) {
  const [open, setOpen] = useState(false)
  return (
    <details
      className={styles.more}
      open={open || atFault}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        {title}
        {changed > 0 && <span className={styles.changed}> · {changed} changed</span>}
      </summary>
      <div className={styles.fields}>{children}</div>
    </details>
  )
}

function backboneOptions(embedding: number) {
  const usable = Number.isInteger(embedding) && embedding > 0 ? embedding : defaultSettings.local.embedding
  return backboneCosts(usable).map(({ name, parameters, bytesPerUpdate }) => ({
    value: name,
    label: `${name}: ${formatCount(parameters)} parameters, ${formatBytes(bytesPerUpdate)} per update`,
  }))
}
