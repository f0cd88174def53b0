import { type ReactNode, useState } from 'react'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { formatBytes, formatCount } from '../../ui/format.ts'
import { backboneCosts } from './backbone-cost.ts'
import styles from './create-page.module.css'
import { FieldControl } from './field-control.tsx'
import { type Draft, defaultDraft, defaultSettings } from './form-draft.ts'
import { type FormField, draftKey, folds } from './form-field.ts'
import { type Section, formFields, sectionTitles } from './form-fields.ts'

/** What a section needs of the form that it is part of. */
export interface FormParts {
  readonly draft: Draft
  readonly errorOf: (path: string) => string | undefined
  readonly advice: ReadonlyMap<string, string> | undefined
  readonly onChange: (field: FormField, value: string | boolean) => void
  readonly onLeave: (path: string) => void
}

/** One field in its place. */
export function PlacedField({
  field,
  options,
  draft,
  errorOf,
  advice,
  onChange,
  onLeave,
}: FormParts & { readonly field: FormField; readonly options?: FormField['options'] }) {
  return (
    <div className={classNames(field.wide && styles.wide)}>
      <FieldControl
        field={field}
        value={draft[draftKey(field)]}
        error={errorOf(field.path)}
        advice={advice?.get(field.path)}
        options={options}
        onChange={(value) => onChange(field, value)}
        onLeave={() => onLeave(field.path)}
      />
    </div>
  )
}

/** The settings of one section; those seldom changed are folded away. */
export function FormSection({ section, ...parts }: FormParts & { readonly section: Section }) {
  const { draft, errorOf } = parts
  const control = (field: FormField) => (
    <PlacedField
      key={field.path}
      {...parts}
      field={field}
      {...(field.path === 'local.backbone' && { options: backboneOptions(Number(draft['local.embedding'])) })}
    />
  )
  const fields = formFields[section]
  return (
    <Card title={sectionTitles[section]}>
      <div className={styles.fields}>{fields.filter(({ fold }) => !fold).map(control)}</div>
      {folds.map((title) => {
        const folded = fields.filter(({ fold }) => fold === title)
        if (folded.length === 0) return null
        return (
          <Folded
            key={title}
            title={title}
            changed={folded.filter((field) => draft[draftKey(field)] !== defaultDraft[draftKey(field)]).length}
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
